import type { Conversation } from "../model/Conversation.ts"
import type { ChannelInfo } from "../model/frames.ts"
import type { Rights } from "../model/rights.ts"

/** What each part of what is said about a channel is given. */
export interface Part {
  readonly conversation: Conversation
  readonly info: ChannelInfo
  readonly rights: Rights
  /** To be called after something was changed, with its name where that was. */
  readonly reload: (name?: string) => void
}

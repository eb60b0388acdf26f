import type { ChannelName } from "../domain/ChannelName.ts"
import type { SessionId } from "../domain/SessionId.ts"
import type { User } from "../domain/User.ts"
import type { Encoding } from "../protocol/Encoding.ts"
import type { Outbox } from "./Outbox.ts"

/** A session as a channel sees it: who it is, and how and where to tell it something. */
export interface Member {
  readonly session: SessionId
  readonly user: User
  /** The IP address it comes from; undefined inside this program. */
  readonly address?: string | undefined
  readonly encoding: Encoding
  readonly outbox: Outbox
  /** Run when the channel has put it out: it is no member any more. */
  readonly onPutOut?: (() => void) | undefined
  /** Run when the channel is called something else. */
  readonly onRenamed?: ((name: ChannelName) => void) | undefined
}

import type * as Effect from "effect/Effect"
import type { UserEvent } from "../../domain/ChannelEvent.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { User, UserId } from "../../domain/User.ts"

/** What a channel asks of the directory. */
export interface ChannelDirectory {
  /** Keeps a name for the channel, which is about to get it; refused where it leads elsewhere. */
  readonly reserve: (name: ChannelName) => Effect.Effect<void, RequestError>
  /** From now on only the second name leads here. */
  readonly rename: (from: ChannelName, to: ChannelName) => Effect.Effect<void>
  /** Tells all sessions of a user something. */
  readonly tell: (user: UserId, event: UserEvent) => Effect.Effect<void>
  /** Whether somebody is connected, as far as it is known here. */
  readonly isConnected: (user: User) => boolean
}

import type * as Effect from "effect/Effect"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { User, UserId } from "../../domain/User.ts"
import type { ChannelLink } from "../audience/ChannelLink.ts"
import type { Channel } from "../channel/Channel.ts"

/** A channel that runs, and the way there from this node. */
export interface OpenChannel {
  readonly channel: Channel
  readonly link: ChannelLink
}

/** Starts a channel behind the end of another. */
export type Open = (
  name: ChannelName,
  after: Effect.Effect<void>,
  parties: ReadonlyArray<UserId>,
) => Effect.Effect<OpenChannel>

/** A channel as whoever names it means it. */
export interface Target {
  readonly name: ChannelName
  /** Of a direct conversation, with whom. */
  readonly other: User | undefined
  readonly parties: ReadonlyArray<UserId>
}

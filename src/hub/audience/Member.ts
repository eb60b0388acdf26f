import type { ChannelEventOf, Welcome } from "../../domain/ChannelEvent.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { UserId } from "../../domain/User.ts"
import type { Renderer } from "../../protocol/Renderer.ts"
import type { Outbox } from "./Outbox.ts"

/** A session of this node that is told what happens in a channel: in which words, and where to. */
export interface Member {
  readonly session: SessionId
  readonly user: UserId
  readonly renderer: Renderer<unknown>
  /** The words for what is about it alone, and for what is told to it in others than to those who share the renderer. */
  readonly own?: Renderer<unknown> | undefined
  readonly outbox: Outbox<unknown>
  /** What it calls the channel, where that is not the channel's name: the other's name in a direct conversation. */
  readonly alias: ChannelName | undefined
  /** It is in the channel: run in the order of what is told, so that whatever it queues lies where it belongs. */
  readonly onEntered: (welcome: Welcome) => void
  /** A file is offered: whether it is to be shown that. Absent where it is never. */
  readonly onOffered?: ((offer: ChannelEventOf<"Offered">) => boolean) | undefined
  /** The channel has put it out: it is no member any more. */
  readonly onPutOut: () => void
  /** The channel is called something else. */
  readonly onRenamed: (name: ChannelName) => void
}

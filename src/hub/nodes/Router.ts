import type * as Effect from "effect/Effect"
import type { Attachment, Recipient } from "../channel/ChannelHost.ts"
import type { Wanted } from "./OwnedChannels.ts"

/** What is told to a channel of this node that runs anywhere. */
export interface RemoteRecipient extends Omit<Recipient, "node"> {
  /** The link has broken: nobody knows whether what was sent last has arrived. */
  readonly broken: () => void
  /** Where the channel runs there is no word for what was asked by this number. */
  readonly notUnderstood: (request: number) => void
}

/** How a channel is reached that may run anywhere. */
export interface Router {
  /** Attaches this node to a channel. `again`: where it was looked for last it was not. */
  readonly attach: (
    wanted: Omit<Wanted, "epoch">,
    recipient: RemoteRecipient,
    again: boolean,
  ) => Effect.Effect<Attachment>
}

/** One network in which servers are announced and looked for. */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Queue from "effect/Queue"

export interface Datagram {
  readonly bytes: Uint8Array
  readonly from: { readonly address: string; readonly port: number }
}

/** What is not taken in time is lost, as datagrams are. */
export const aheadAtMost = 64

export interface Wire {
  /** The address that this machine has in it. */
  readonly address: string
  /** Sends to everybody, or to one. What cannot be sent is lost. */
  readonly send: (bytes: Uint8Array, to?: Datagram["from"]) => Effect.Effect<void>
  /** What comes from that network. */
  readonly received: Queue.Dequeue<Datagram>
}

/** There is no way into a network. */
export class DiscoveryError extends Data.TaggedError("DiscoveryError")<{
  readonly address: string
  readonly cause: unknown
}> {
  override get message(): string {
    const why = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `servers cannot be announced or looked for at ${this.address}: ${why}`
  }
}

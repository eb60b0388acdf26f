/** A network in memory: what one sends, all others hear, and oneself too, as with multicast. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { aheadAtMost, type Datagram, type Wire } from "../../src/discovery/Wire.ts"

interface Peer {
  readonly wire: Wire
  readonly queue: Queue.Queue<Datagram>
  readonly port: number
}

export class MemoryNetwork {
  private readonly peers: Array<Peer> = []
  readonly sent: Array<{
    readonly from: string
    readonly bytes: Uint8Array
    readonly to: Datagram["from"] | undefined
  }> = []

  /** Who hears everybody has the port of multicast DNS; others have one of their own. */
  readonly join = (address: string, port = 5353) =>
    Effect.map(Queue.dropping<Datagram>(aheadAtMost), (queue): Wire => {
      const wire: Wire = {
        address,
        received: queue,
        send: (bytes, to) =>
          Effect.sync(() => {
            this.sent.push({ from: address, bytes, to })
            for (const peer of this.peers) {
              const hears =
                to === undefined ? peer.port === 5353 : peer.wire.address === to.address && peer.port === to.port
              if (hears) Queue.offerUnsafe(peer.queue, { bytes, from: { address, port } })
            }
          }),
      }
      this.peers.push({ wire, queue, port })
      return wire
    })
}

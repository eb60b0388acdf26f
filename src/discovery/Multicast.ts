/** A wire over multicast of IPv4, in one network of this machine. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Dgram from "node:dgram"
import { isIn, type LocalNetwork } from "./LocalNetworks.ts"
import { group, port as usual } from "./Packet.ts"
import { aheadAtMost, type Datagram, DiscoveryError, type Wire } from "./Wire.ts"

/** It is for this network alone: routers pass on nothing of it, whatever this says (RFC 6762, 11). */
const hops = 255

/**
 * Opens it until the scope closes. Who announces hears what everybody is asked, on the port of multicast DNS, which programs
 * share; who only asks has a port of its own, to which the answers come.
 */
export const open = Effect.fnUntraced(function* (
  network: LocalNetwork,
  { hears, port = usual }: { readonly hears: "everybody" | "answers"; readonly port?: number },
): Effect.fn.Return<Wire, DiscoveryError, Scope.Scope> {
  const { address } = network
  const received = yield* Queue.dropping<Datagram>(aheadAtMost)
  const socket = yield* Effect.acquireRelease(
    Effect.callback<Dgram.Socket, DiscoveryError>((resume) => {
      const socket = Dgram.createSocket({ type: "udp4", reuseAddr: hears === "everybody" })
      const fail = (cause: unknown) => {
        socket.close()
        resume(Effect.fail(new DiscoveryError({ address, cause })))
      }
      socket.once("error", fail)
      const to = hears === "everybody" ? { port, address: "0.0.0.0" } : { port: 0, address }
      socket.bind({ ...to, exclusive: true }, () => {
        try {
          if (hears === "everybody") socket.addMembership(group, address)
          socket.setMulticastInterface(address)
          socket.setMulticastTTL(hops)
          socket.setMulticastLoopback(true)
        } catch (cause) {
          return fail(cause)
        }
        socket.off("error", fail)
        // A network may go while it is in use, and come again: nothing is heard meanwhile.
        socket.on("error", () => {})
        resume(Effect.succeed(socket))
      })
    }),
    (socket) => Effect.callback<void>((resume) => void socket.close(() => resume(Effect.void))),
  )
  socket.on("message", (bytes, { address: from, port }) => {
    if (isIn(network, from)) Queue.offerUnsafe(received, { bytes, from: { address: from, port } })
  })
  return {
    address,
    received,
    send: (bytes, to = { address: group, port }) =>
      Effect.callback((resume) => {
        socket.send(bytes, to.port, to.address, () => resume(Effect.void))
      }),
  }
})

/** Announces a server in all networks in which it may be found. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as os from "node:os"
import type { Advertised } from "./Advertisement.ts"
import { announce } from "./Announcer.ts"
import * as LocalNetworks from "./LocalNetworks.ts"
import * as Multicast from "./Multicast.ts"
import type { DiscoveryError } from "./Wire.ts"

export interface Announced {
  readonly name: string
  /** The address that the machine has in that network. */
  readonly address: string
}

/**
 * Until the scope closes. `host` is what the server listens on: it is announced where that leads to it, and nowhere else.
 * A network that cannot be used is given to `onFailure`, and the others are used.
 */
export const announceIn = Effect.fnUntraced(function* (
  advertised: Advertised,
  host: string,
  onFailure: (error: DiscoveryError) => Effect.Effect<void>,
): Effect.fn.Return<ReadonlyArray<Announced>, never, Scope.Scope> {
  const networks = LocalNetworks.reaching(LocalNetworks.among(os.networkInterfaces()), host)
  const announced = yield* Effect.forEach(
    networks,
    (network) =>
      Multicast.open(network, { hears: "everybody" }).pipe(
        Effect.flatMap((wire) => announce(wire, advertised, os.hostname(), network.addresses)),
        Effect.map((name): ReadonlyArray<Announced> => [{ name, address: network.address }]),
        Effect.catch((error) => Effect.as(onFailure(error), [])),
      ),
    { concurrency: "unbounded" },
  )
  return announced.flat()
})

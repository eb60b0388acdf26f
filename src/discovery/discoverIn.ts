/** Looks for servers in all local networks of this machine. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as os from "node:os"
import { discover, type Found } from "./Discoverer.ts"
import * as LocalNetworks from "./LocalNetworks.ts"
import * as Multicast from "./Multicast.ts"
import { DiscoveryError } from "./Wire.ts"

/**
 * Those that answer within a time, each once. `only` is the address of this machine in the one network in which to look.
 * Fails where it could look in none.
 */
export const discoverIn = Effect.fnUntraced(function* (
  within: Duration.Duration,
  only: string | undefined,
): Effect.fn.Return<ReadonlyArray<Found>, DiscoveryError> {
  const all = LocalNetworks.among(os.networkInterfaces())
  const networks = only === undefined ? all : all.filter(({ address }) => address === only)
  const nowhere = new DiscoveryError({
    address: only ?? "this machine",
    cause: new Error(`its local addresses are ${all.map(({ address }) => address).join(", ") || "none"}`),
  })
  if (networks.length === 0) return yield* nowhere
  const looked = yield* Effect.forEach(
    networks,
    (network) =>
      Multicast.open(network, { hears: "answers" }).pipe(
        Effect.flatMap((wire) => discover(wire, within)),
        Effect.scoped,
        Effect.result,
      ),
    { concurrency: "unbounded" },
  )
  const found = new Map<string, Found>()
  let error = nowhere
  let anywhere = false
  for (const result of looked) {
    if (result._tag === "Failure") {
      error = result.failure
      continue
    }
    anywhere = true
    for (const server of result.success) found.set(`${server.name} ${server.host} ${server.port}`, server)
  }
  return anywhere ? [...found.values()] : yield* error
})

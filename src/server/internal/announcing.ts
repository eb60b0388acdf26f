/** The service is announced in the local network, where it is told to be. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as os from "node:os"
import { announceIn } from "../../discovery/announceIn.ts"
import { isLoopback } from "../../domain/Network.ts"
import type { Listening } from "../../transport/Listener.ts"
import type { ServerSettings } from "../ServerSettings.ts"

/** Until the scope closes. Finding a free name takes about a second, which nobody has to wait for. */
export const announcing = (
  { announce, page, tls }: ServerSettings,
  listening: NonEmptyReadonlyArray<Listening>,
): Effect.Effect<void, never, Scope.Scope> => {
  const first = listening.find(({ address: { port } }) => port !== 0)
  if (!announce || first === undefined) return Effect.void
  const { host, port } = first.address
  const advertised = { name: `${page.name} on ${os.hostname()}`, port, tls: tls.cert !== "" }
  return announceIn(advertised, host, (error) => Effect.logWarning("not announced in a network", error)).pipe(
    Effect.flatMap((announced) => {
      if (announced.length === 0) {
        return Effect.logWarning(
          `the service is not announced: ${host} is in no local network. Public addresses are never announced`,
        )
      }
      const where = announced.map(({ address, name }) => `${address} as ${name}`).join(", ")
      const alone = announced.every(({ address }) => isLoopback(address))
        ? "; it listens for this machine alone, so nobody else finds it"
        : ""
      return Effect.logInfo(`announced at ${where}${alone}`)
    }),
    Effect.forkScoped,
    Effect.asVoid,
  )
}

import * as Clock from "effect/Clock"
import type * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Address } from "../../client/Address.ts"
import * as Client from "../../client/Client.ts"
import type { Credentials } from "../../client/ClientSession.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import * as Tcp from "../../client/transport/Tcp.ts"
import { explain, explained } from "./lineError.ts"
import type { Screen } from "./lineScreen.ts"

export interface Way {
  readonly address: Address
  readonly credentials: Credentials
  readonly screen: Screen
  /** Whether to come back when the connection is lost. */
  readonly reconnect: boolean
}

const seconds = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** Tells why one is away, and for how long. Fails when one will not be back. */
const watch = ({ address, reconnect, screen }: Way, client: Client.Client): Effect.Effect<never, ConnectionFailure> =>
  client.states.pipe(
    Stream.runForEach((state) =>
      Effect.gen(function* () {
        if (state._tag === "Ended" && state.because !== undefined) return yield* state.because
        if (state._tag !== "Away") return
        if (!reconnect) return yield* state.because
        const wait = Math.max(0, state.until - (yield* Clock.currentTimeMillis))
        yield* screen.notice(`${explain(address, state.because)}; trying again in ${seconds.format(wait / 1000)} s`)
      }),
    ),
    Effect.andThen(Effect.never),
  )

/** Signs in and uses the client; ends with its use, or when the server does not want one back. */
export const withClient = <A, E, R>(
  way: Way,
  use: (client: Client.Client) => Effect.Effect<A, E, R>,
): Effect.Effect<A, Exclude<E, ConnectionFailure> | CliError.UserError, R | Scope.Scope> =>
  Client.make({ credentials: way.credentials }).pipe(
    Effect.provide(Tcp.layer(way.address)),
    Effect.flatMap((client) => Effect.raceFirst(use(client), watch(way, client))),
    explained(way.address),
  )

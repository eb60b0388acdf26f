import * as Clock from "effect/Clock"
import type * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Address } from "../../client/Address.ts"
import * as Client from "../../client/Client.ts"
import type { Credentials } from "../../client/Credentials.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import * as Tcp from "../../client/transport/Tcp.ts"
import { explain, explained } from "../userError.ts"
import type { Screen } from "./screen.ts"

export interface ClientOptions {
  readonly address: Address
  readonly credentials: Credentials
  readonly screen: Screen
  /** Whether to reconnect when the connection is lost. */
  readonly reconnect: boolean
}

const seconds = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** Prints why the connection was lost, and when it is tried again. Fails when it will not be. */
const watch = (
  { address, reconnect, screen }: ClientOptions,
  client: Client.Client,
): Effect.Effect<never, ConnectionFailure> =>
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

/** Signs in and uses the client. Ends when the use does, or when reconnecting makes no sense. */
export const withClient = <A, E, R>(
  options: ClientOptions,
  use: (client: Client.Client) => Effect.Effect<A, E, R>,
): Effect.Effect<A, Exclude<E, ConnectionFailure> | CliError.UserError, R | Scope.Scope> =>
  Client.make({ credentials: options.credentials }).pipe(
    Effect.provide(Tcp.layer(options.address)),
    Effect.flatMap((client) => Effect.raceFirst(use(client), watch(options, client))),
    explained(options.address),
  )

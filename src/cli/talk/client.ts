import type * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Address } from "../../client/Address.ts"
import * as Client from "../../client/Client.ts"
import type { StateOf } from "../../client/ClientState.ts"
import type { Credentials } from "../../client/Credentials.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import * as NodeDialer from "../../client/transport/NodeDialer.ts"
import type { TlsOptions } from "../../client/transport/TlsOptions.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { explain, explained } from "../userError.ts"
import * as Identity from "../identity.ts"
import type { Screen } from "./screen.ts"

export interface ClientOptions {
  readonly address: Address
  readonly credentials: Credentials
  readonly tls: TlsOptions
  readonly screen: Screen
  /** Whether to reconnect when the connection is lost. */
  readonly reconnect: boolean
  /** Whether to wait, as long as it takes, for a server that is not there yet or has no time. */
  readonly waits: boolean
}

const seconds = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** Prints why there is no connection, and when it is tried again. */
const announce = ({ address, screen }: ClientOptions, { because, until }: StateOf<"Away">): Effect.Effect<void> =>
  Effect.flatMap(Monotonic.now, (now) => {
    const wait = seconds.format(Math.max(0, until - now) / 1000)
    return screen.notice(`${explain(address, because)}; trying again in ${wait} s`)
  })

/** Prints why the connection was lost, and when it is tried again. Fails when it will not be. */
const watch = (options: ClientOptions, client: Client.Client): Effect.Effect<never, ConnectionFailure> =>
  client.states.pipe(
    Stream.runForEach((state) =>
      Effect.gen(function* () {
        if (state._tag === "Ended" && state.because !== undefined) return yield* state.because
        if (state._tag !== "Away") return
        if (!options.reconnect) return yield* state.because
        yield* announce(options, state)
      }),
    ),
    Effect.andThen(Effect.never),
  )

/** Signs in and uses the client. Ends when the use does, or when reconnecting makes no sense. */
export const withClient = <A, E, R>(
  options: ClientOptions,
  use: (client: Client.Client) => Effect.Effect<A, E, R>,
): Effect.Effect<
  A,
  Exclude<E, ConnectionFailure> | CliError.UserError,
  R | Scope.Scope | FileSystem.FileSystem | Path.Path
> =>
  Effect.flatMap(Identity.keeper(options.address, options.credentials), (onToken) =>
    Client.make({
      credentials: options.credentials,
      onToken,
      patience: options.waits ? Client.forEver : undefined,
      onWaiting: (state) => announce(options, state),
    }),
  ).pipe(
    Effect.provide(NodeDialer.layer(options.address, options.tls)),
    Effect.tap((client) =>
      Effect.flatMap(client.state, (state) =>
        state._tag === "Online" && state.registered === true
          ? options.screen.notice(Identity.isNew(state.username, state.role))
          : Effect.void,
      ),
    ),
    Effect.flatMap((client) => Effect.raceFirst(use(client), watch(options, client))),
    explained(options.address),
  )

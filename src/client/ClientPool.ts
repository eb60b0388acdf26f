/** A pool for programs that need many clients: made when they are needed, kept for the next use. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pool from "effect/Pool"
import type * as Scope from "effect/Scope"
import { type Client, type ClientOptions, make as makeClient } from "./Client.ts"
import type { Dialer } from "./Dialer.ts"
import type { ConnectionFailure } from "./Reconnect.ts"

export interface ClientPoolOptions extends ClientOptions {
  /** Clients that are kept even while none is in use. Default: 0. */
  readonly min?: number | undefined
  /** The most there are at once; whoever needs one more waits. */
  readonly max: number
  /** How long a client that is not in use is kept. Default: 1 minute. */
  readonly idleFor?: Duration.Duration | undefined
}

export interface ClientPool {
  /**
   * A client that nobody else uses until the scope closes. It may be in channels already, from its use before: a client
   * that is given back stays in its channels.
   */
  readonly get: Effect.Effect<Client, ConnectionFailure, Scope.Scope>
}

/** Closes its clients with the scope. */
export const make = Effect.fnUntraced(function* (
  options: ClientPoolOptions,
): Effect.fn.Return<ClientPool, never, Dialer | Scope.Scope> {
  const { idleFor = "1 minute", max, min = 0 } = options
  const pool = yield* Pool.makeWithTTL({
    acquire: makeClient(options),
    min,
    max,
    timeToLive: idleFor,
    timeToLiveStrategy: "usage",
  })
  const get: Effect.Effect<Client, ConnectionFailure, Scope.Scope> = Effect.flatMap(Pool.get(pool), (client) =>
    Effect.flatMap(client.state, (state) =>
      // One that has ended cannot be used any more.
      state._tag === "Ended" ? Effect.andThen(Pool.invalidate(pool, client), get) : Effect.succeed(client),
    ),
  )
  return { get }
})

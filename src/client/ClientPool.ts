/** Several clients for a program that needs many: made when they are needed, kept for the next use. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pool from "effect/Pool"
import type * as Scope from "effect/Scope"
import { type Client, type ClientOptions, make as makeClient } from "./Client.ts"
import type { Dialer } from "./Dialer.ts"
import type { Absence } from "./Reconnect.ts"

export interface ClientPoolOptions extends ClientOptions {
  /** Clients that are kept even while nobody needs them. Default: 0. */
  readonly min?: number | undefined
  /** The most there are at once; who wants one more waits. */
  readonly max: number
  /** How long one is kept that nobody needs. Default: 1 minute. */
  readonly idleFor?: Duration.Duration | undefined
}

export interface ClientPool {
  /**
   * A client that is nobody else's until the scope closes. It stays in the channels it was in: one
   * that is taken may be in some already.
   */
  readonly get: Effect.Effect<Client, Absence, Scope.Scope>
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
  const get: Effect.Effect<Client, Absence, Scope.Scope> = Effect.flatMap(Pool.get(pool), (client) =>
    Effect.flatMap(client.state, (state) =>
      // One that has ended is of no use to anybody.
      state._tag === "Ended" ? Effect.andThen(Pool.invalidate(pool, client), get) : Effect.succeed(client),
    ),
  )
  return { get }
})

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import { asOperator } from "../internal/asOperator.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

export interface Drain {
  /** Which of several nodes is to end; the one that is asked where it is not said. */
  readonly node?: string | undefined
}

export interface Drained {
  /** How many sessions are told to come back later. */
  readonly sessions: number
}

/**
 * Has the service end as SIGTERM does, or one node of several: its sessions come back at the others. For administrators of the
 * service.
 */
export const drain = operation(
  "drain",
  "administration",
  ["Forbidden", "InvalidFrame"],
  (chat, caller, { node }: Drain): Effect.Effect<Drained, RequestError> =>
    asOperator(caller, () =>
      Effect.gen(function* () {
        const here = Effect.asVoid(Deferred.succeed(chat.ending, undefined))
        const { name } = caller.by.user
        if (node === undefined) {
          const { sessions } = yield* chat.directory.stats
          yield* Effect.logWarning(`${name} has told the service to end`)
          return { sessions, end: here }
        }
        const [self, ...others] = (yield* chat.directory.nodes) ?? []
        const named = [self, ...others].find((one) => one?.node === node)
        if (named === undefined) {
          return yield* new RequestError({ reason: "InvalidFrame", field: "node", detail: "There is no such node now" })
        }
        yield* Effect.logWarning(`${name} has told the node ${node} to end`)
        const there = Effect.sync(() => chat.peers.tell({ type: "Drain" }, named.node))
        return { sessions: named.standing?.sessions ?? 0, end: named === self ? here : there }
      }).pipe(
        // Before the store is closed.
        noted(chat, caller, node === undefined ? { action: "drain" } : { action: "drain", detail: node }),
        Effect.tap(({ end }) => end),
        Effect.map(({ sessions }) => ({ sessions })),
      ),
    ),
)

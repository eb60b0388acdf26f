import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Durability } from "../../src/domain/Durability.ts"
import * as PostgresLog from "../../src/storage/internal/postgresLog.ts"
import { general, said, seq } from "../suites/historyWorld.ts"

class NoTransaction extends Context.Service<NoTransaction, never>()("test/NoTransaction") {}

/** A server that answers each statement with these rows: one with a standby is none that tests can start. */
const answering = (...rows: ReadonlyArray<object>) =>
  PostgresLog.make(
    Object.assign(() => Effect.succeed(rows), {
      literal: () => undefined,
      transactionService: NoTransaction,
    }) as unknown as SqlClient,
    {
      isSure: () => true,
      patience: Duration.seconds(15),
    },
  )

describe("how safe a message is in Postgres", () => {
  const servers = [
    [{ fsync: "on", standbys: "" }, "disk"],
    [{ fsync: "on", standbys: "ANY 1 (a, b)" }, "replicated"],
    [{ fsync: "off", standbys: "" }, "memory"],
    [{ fsync: "off", standbys: "a" }, "memory"],
  ] as const

  it.effect("is what the server waits for: its disk, a standby, or nothing", () =>
    Effect.gen(function* () {
      for (const [server, reached] of servers) {
        const log = yield* answering({ ...server, stored: true, seq: 7, first: 3 })
        const append = (durability: Durability) =>
          log.append(general, { after: seq(0), entries: [said(1)], durability })
        assert.deepStrictEqual(yield* log.bounds(general), { seq: seq(7), first: seq(3), durability: reached })
        assert.strictEqual(yield* append("disk"), reached)
        assert.strictEqual(yield* append("replicated"), reached)
        assert.strictEqual(yield* append("memory"), "memory")
      }
    }),
  )

  it.effect("is not asked of a channel that nobody has written to", () =>
    Effect.gen(function* () {
      const log = yield* answering()
      assert.deepStrictEqual(yield* log.bounds(general), { seq: seq(0), first: seq(1), durability: "disk" })
    }),
  )

  it.effect("is nothing where the server did not store it", () =>
    Effect.gen(function* () {
      for (const server of [answering({ stored: false, fsync: "on", standbys: "" }), answering()]) {
        const log = yield* server
        const batch = { after: seq(1), entries: [said(2)], durability: "disk" as const }
        const error = yield* Effect.flip(log.append(general, batch))
        assert.deepInclude(error, { _tag: "HistoryError", reason: "Conflict", operation: "append" })
      }
    }),
  )
})

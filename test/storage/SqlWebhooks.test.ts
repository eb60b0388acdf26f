import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { Seq } from "../../src/domain/Seq.ts"
import * as Postgres from "../../src/storage/Postgres.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import * as SqlWebhooks from "../../src/storage/SqlWebhooks.ts"
import { WebhookStore } from "../../src/webhooks/WebhookStore.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { outgoing, webhookId, webhookStore } from "../suites/webhookStore.ts"

const inSqlite = SqlWebhooks.layer.pipe(Layer.provideMerge(Sqlite.layerFile({ file: ":memory:" })))

webhookStore("in SQLite", inSqlite)
webhookStore(
  "in Postgres",
  Layer.unwrap(Effect.map(emptyDatabase, (url) => SqlWebhooks.layer.pipe(Layer.provide(Postgres.layer({ url }))))),
)

describe("webhooks in SQL", () => {
  it.effect("say what failed, and leave nothing behind of what could not be written whole", () =>
    Effect.gen(function* () {
      const store = yield* WebhookStore
      const sql = yield* SqlClient
      yield* store.put(outgoing(1))
      yield* sql`ALTER TABLE webhooks RENAME COLUMN forgotten TO lost`
      const id = webhookId(1)
      const letter = { webhook: id, delivery: "d", type: "Message", seq: Seq.make(9), at: 1, attempts: 1, error: "x" }
      const away = { trouble: "away" } as const
      assert.deepInclude(yield* Effect.flip(store.addDeadLetter(letter)), { ...away, operation: "addDeadLetter" })
      assert.isEmpty(yield* store.deadLetters(id))
      yield* sql`DROP TABLE webhook_dead_letters`
      assert.deepInclude(yield* Effect.flip(store.remove([id])), { ...away, operation: "remove" })
      assert.lengthOf(yield* sql`SELECT id FROM webhooks`, 1)
      yield* sql`DROP TABLE webhooks`
      assert.strictEqual((yield* Effect.flip(store.all)).operation, "all")
      assert.strictEqual((yield* Effect.flip(store.put(outgoing(1)))).operation, "put")
      assert.strictEqual((yield* Effect.flip(store.advance(id, Seq.make(1)))).operation, "advance")
      assert.strictEqual((yield* Effect.flip(store.deadLetters(id))).operation, "deadLetters")
      assert.strictEqual((yield* Effect.flip(store.removeDeadLetter(id, "d"))).operation, "removeDeadLetter")
    }).pipe(Effect.provide(inSqlite)),
  )
})

/** Webhooks in a SQL database. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { maxDeadLetters } from "../webhooks/Webhook.ts"
import { WebhookStore } from "../webhooks/WebhookStore.ts"
import { WebhookStoreError } from "../webhooks/WebhookStoreError.ts"
import type { WebhookStoreShape } from "../webhooks/WebhookStoreShape.ts"
import type { Dialect } from "./Dialect.ts"
import { troubleOf } from "./internal/trouble.ts"
import { columnsOf, DeadLetterRow, PositionRow, toWebhook, WebhookRow } from "./internal/webhookRows.ts"

// Every statement is one that SQLite and Postgres both accept.

const decodeWebhooks = Schema.decodeUnknownEffect(Schema.Array(WebhookRow))
const decodePositions = Schema.decodeUnknownEffect(Schema.Array(PositionRow))
const decodeLetters = Schema.decodeUnknownEffect(Schema.Array(DeadLetterRow))

const asStoreError =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, WebhookStoreError, R> =>
    Effect.mapError(
      effect,
      (cause) => new WebhookStoreError({ operation, trouble: isSqlError(cause) ? troubleOf(cause) : undefined, cause }),
    )

const make: Effect.Effect<WebhookStoreShape, never, SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient

  const webhookColumns = sql.literal(
    `id, kind, channel, created_at AS "createdAt", by_id AS "byId", by_name AS "byName", disabled, name, fingerprint, ` +
      `url, events, secret, former_secret AS "formerSecret", former_until AS "formerUntil", position, forgotten`,
  )

  return {
    all: sql`SELECT ${webhookColumns} FROM webhooks ORDER BY created_at, id`.pipe(
      Effect.flatMap(decodeWebhooks),
      Effect.map((rows) => rows.map(toWebhook)),
      asStoreError("all"),
    ),

    put: (webhook) => {
      const { changing, fixed, progress } = columnsOf(webhook)
      return Effect.gen(function* () {
        const [known] = yield* sql`SELECT 1 FROM webhooks WHERE id = ${webhook.id}`
        if (known === undefined) yield* sql`INSERT INTO webhooks ${sql.insert({ ...fixed, ...changing, ...progress })}`
        else yield* sql`UPDATE webhooks SET ${sql.update(changing)} WHERE id = ${webhook.id}`
      }).pipe(sql.withTransaction, asStoreError("put"))
    },

    remove: (ids) =>
      ids.length === 0
        ? Effect.void
        : sql`DELETE FROM webhook_dead_letters WHERE ${sql.in("webhook", ids)}`.pipe(
            Effect.andThen(sql`DELETE FROM webhooks WHERE ${sql.in("id", ids)}`),
            sql.withTransaction,
            Effect.asVoid,
            asStoreError("remove"),
          ),

    position: (id) =>
      sql`SELECT position FROM webhooks WHERE id = ${id} AND kind = 'outgoing'`.pipe(
        Effect.flatMap(decodePositions),
        Effect.map(([row]) => row?.position),
        asStoreError("position"),
      ),

    advance: (id, position) =>
      sql`UPDATE webhooks SET position = ${position} WHERE id = ${id}`.pipe(Effect.asVoid, asStoreError("advance")),

    addDeadLetter: (letter) =>
      Effect.gen(function* () {
        const { webhook } = letter
        const [known] = yield* sql`SELECT 1 FROM webhooks WHERE id = ${webhook} AND kind = 'outgoing'`
        if (known === undefined) return 0
        yield* sql`INSERT INTO webhook_dead_letters ${sql.insert({ ...letter })}
          ON CONFLICT (webhook, delivery) DO UPDATE SET at = EXCLUDED.at, attempts = EXCLUDED.attempts, error = EXCLUDED.error`
        const old = yield* sql<{
          delivery: string
        }>`SELECT delivery FROM webhook_dead_letters WHERE webhook = ${webhook}
          ORDER BY seq DESC LIMIT ${maxDeadLetters} OFFSET ${maxDeadLetters}`
        const forgotten = old.map(({ delivery }) => delivery)
        if (forgotten.length > 0) {
          yield* sql`DELETE FROM webhook_dead_letters WHERE webhook = ${webhook} AND ${sql.in("delivery", forgotten)}`
        }
        yield* sql`UPDATE webhooks SET forgotten = forgotten + ${forgotten.length},
          position = CASE WHEN position < ${letter.seq} THEN ${letter.seq} ELSE position END WHERE id = ${webhook}`
        return forgotten.length
      }).pipe(sql.withTransaction, asStoreError("addDeadLetter")),

    deadLetters: (id) =>
      sql`SELECT webhook, delivery, type, seq, at, attempts, error FROM webhook_dead_letters
        WHERE webhook = ${id} ORDER BY seq DESC`.pipe(Effect.flatMap(decodeLetters), asStoreError("deadLetters")),

    removeDeadLetter: (id, delivery) =>
      sql`DELETE FROM webhook_dead_letters WHERE webhook = ${id} AND delivery = ${delivery}`.pipe(
        Effect.asVoid,
        asStoreError("removeDeadLetter"),
      ),
  }
})

/** Webhooks in a SQL database whose migrations have been run. Their statements are the same in all dialects there are. */
export const layer: Layer.Layer<WebhookStore, never, SqlClient | Dialect> = Layer.effect(WebhookStore, make)

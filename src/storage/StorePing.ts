/** Whether what things are kept in answers. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"

/** Succeeds if it does. To be given a time limit. What is kept in memory always answers. */
export const StorePing = Context.Reference<Effect.Effect<void, unknown>>("natter/storage/StorePing", {
  defaultValue: () => Effect.void,
})

/** Asks a SQL database for next to nothing. */
export const layer: Layer.Layer<never, never, SqlClient> = Layer.effect(
  StorePing,
  Effect.map(SqlClient, (sql) => Effect.asVoid(Effect.withTracerEnabled(sql`SELECT 1`, false))),
)

/** Who claimed which partition last, in a SQL database. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fence } from "../domain/Fence.ts"
import { type Claim, Epochs, type EpochsShape, step } from "../history/Epochs.ts"
import { HistoryError } from "../history/HistoryError.ts"
import { Dialect } from "./Dialect.ts"
import { asHistoryError } from "./internal/asHistoryError.ts"

const byPartition = (rows: ReadonlyArray<Fence>): ReadonlyMap<number, number> =>
  new Map(rows.map(({ epoch, partition }) => [partition, epoch]))

// Every statement is one that SQLite and Postgres both accept.

const make: Effect.Effect<EpochsShape, never, SqlClient | Dialect> = Effect.gen(function* () {
  const sql = yield* SqlClient
  const dialect = yield* Dialect
  const { numbers, safely } = dialect.phrases(sql)

  const run = <A>(operation: string, effect: Effect.Effect<A, SqlError>) =>
    Effect.timeoutOrElse(asHistoryError(operation, dialect)(effect), {
      duration: dialect.patience,
      orElse: () => Effect.fail(new HistoryError({ reason: "Unsure", operation, trouble: "away" })),
    })

  return {
    // In the order of the partitions: of two claims that meet one waits for the other. It has to be on disk, or after a
    // crash of the database an epoch might be given twice.
    claim: (partitions, node) =>
      run(
        "claim",
        Effect.map(
          sql<Fence>`
            WITH setting AS MATERIALIZED ${safely}
            INSERT INTO epochs (partition, epoch, node)
            SELECT value, value + ${step}, ${node} FROM (${numbers([...new Set(partitions)])}) AS wanted, setting
            WHERE 1 = 1 ORDER BY value
            ON CONFLICT (partition) DO UPDATE SET epoch = epochs.epoch + ${step}, node = EXCLUDED.node
            RETURNING partition, epoch`,
          byPartition,
        ),
      ),
    last: (partitions) =>
      run(
        "last",
        Effect.map(
          sql<Fence>`SELECT partition, epoch FROM epochs WHERE partition IN (${numbers(partitions)})`,
          byPartition,
        ),
      ),
    list: run("list", sql<Claim>`SELECT partition, epoch, node FROM epochs ORDER BY partition`),
  }
})

/** Who claimed which partition last, in a SQL database whose migrations have been run. */
export const layer: Layer.Layer<Epochs, never, SqlClient | Dialect> = Layer.effect(Epochs, make)

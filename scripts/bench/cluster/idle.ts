// What a node costs with nobody there, beside a service without others.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import * as Cluster from "../../cluster/Cluster.ts"
import { BenchError } from "../BenchError.ts"
import { mebibytes } from "../Table.ts"
import * as Cpu from "./Cpu.ts"
import type { Figure, RowOptions } from "./Row.ts"

const transactions = ({ postgres }: Cluster.Cluster) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url: Redacted.make(postgres.url()) })
    const [row] = yield* sql<{
      count: string
    }>`SELECT sum(xact_commit + xact_rollback)::text AS count FROM pg_stat_database`
    return Number(row?.count)
  }).pipe(
    Effect.scoped,
    Effect.provide(Reactivity.layer),
    Effect.mapError((error) => new BenchError({ message: error.message })),
  )

const costs = Effect.fnUntraced(function* (count: number, { quick }: RowOptions) {
  const cluster = yield* Cluster.make({ nodes: count, breakable: false })
  // What was needed for the start is given back by then.
  yield* Effect.sleep(quick ? "1 second" : "15 seconds")
  const seconds = quick ? 2 : 20
  const before = yield* transactions(cluster)
  yield* Effect.sleep(seconds * 1000)
  const perSecond = ((yield* transactions(cluster)) - before) / seconds
  const memory = Cpu.memory(cluster)
  return { memory: memory.reduce((sum, bytes) => sum + bytes, 0) / count, queries: perSecond / count }
}, Effect.scoped)

/** Clusters of their own, each with nobody in them. */
export const idle = (nodes: number, options: RowOptions) =>
  Effect.gen(function* () {
    const alone = yield* costs(1, options)
    const together = yield* costs(nodes, options)
    const more = together.memory - alone.memory
    const figures: ReadonlyArray<Figure> = [
      {
        row: "an idle node: memory beyond that of a service without others",
        found: `${mebibytes(more)} (${mebibytes(together.memory)} beside ${mebibytes(alone.memory)})`,
        asked: "≤ 40 MB",
        holds: options.quick ? undefined : more <= 40e6,
      },
      {
        row: "an idle node: transactions of Postgres a second",
        found: `${together.queries.toFixed(1)} (without others ${alone.queries.toFixed(1)})`,
        asked: "≤ 6",
        holds: options.quick ? undefined : together.queries <= 6,
      },
    ]
    return figures
  })

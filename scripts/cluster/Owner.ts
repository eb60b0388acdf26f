// Which node owns a channel now: who claimed its partition last, as the database knows it.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import { format } from "../../src/domain/Address.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { partitionOf } from "../../src/hub/nodes/Partition.ts"
import type { Cluster, Node } from "./Cluster.ts"

/** Undefined where nobody has claimed it, as of a service without others. */
export const ownerOf =
  ({ nodes, postgres, spares }: Cluster) =>
  (channel: string): Effect.Effect<Node | undefined> =>
    Effect.gen(function* () {
      const sql = yield* PgClient.makeClient({ url: Redacted.make(postgres.url()) })
      const [claim] = yield* sql<{ readonly node: string }>`
        SELECT node FROM epochs WHERE partition = ${partitionOf(ChannelName.make(channel))}::int`
      // A node's name is its address, and what tells its lives apart.
      return [...nodes, ...spares].find(({ peers }) => claim?.node.startsWith(`${format(peers)}#`))
    }).pipe(
      Effect.scoped,
      Effect.provide(Reactivity.layer),
      Effect.orElseSucceed(() => undefined),
    )

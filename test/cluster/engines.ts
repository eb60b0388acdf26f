/** Several nodes in one process, on ports of loopback and one database. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Cluster from "../../src/cluster/Cluster.ts"
import * as ClusterSettings from "../../src/cluster/ClusterSettings.ts"
import { NodeCertificates, type NodeCertificatesShape } from "../../src/cluster/NodeCertificates.ts"
import type { NodeId } from "../../src/domain/NodeId.ts"
import { Epochs, type EpochsShape } from "../../src/history/Epochs.ts"
import type { NodeMessage } from "../../src/hub/nodes/NodeMessage.ts"
import { Nodes, type NodesShape } from "../../src/hub/nodes/Nodes.ts"
import type { Partition } from "../../src/hub/nodes/Partition.ts"
import { freePort } from "../../src/load/FreePort.ts"
import * as ClusterStorage from "../../src/storage/ClusterStorage.ts"
import { emptyDatabase } from "../postgres/database.ts"
import { nextTurn } from "../suites/transportWorld.ts"

export interface Engine {
  readonly nodes: NodesShape
  readonly address: string
  /** Who is linked, by what was told. */
  readonly linked: Set<NodeId>
  readonly received: Array<{ readonly from: NodeId; readonly message: NodeMessage }>
  /** What was told, in its order. */
  readonly told: Array<string>
  readonly owned: Map<Partition, number>
  readonly leave: Effect.Effect<void>
  /** Has its certificates read again. */
  readonly reload: Reloading
}

export interface World {
  readonly url: Redacted.Redacted
  readonly epochs: EpochsShape
  /** The sizes of the claims. */
  readonly claims: Array<number>
}

/** On a database, for nodes in several processes. */
export const epochsIn = (url: Redacted.Redacted): Effect.Effect<EpochsShape, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.make({ url })
    return {
      list: Effect.succeed([]),
      last: (partitions) =>
        sql<{ partition: number; epoch: number }>`
          SELECT partition, epoch FROM test_epochs WHERE partition = ANY(${partitions}::int[])`.pipe(
          Effect.map((rows) => new Map(rows.map(({ epoch, partition }) => [partition, epoch]))),
          Effect.orDie,
        ),
      claim: (partitions, node) =>
        sql<{ partition: number; epoch: number }>`
          INSERT INTO test_epochs (partition, epoch, node)
          SELECT p, 1, ${node} FROM unnest(${partitions}::int[]) AS p ORDER BY p
          ON CONFLICT (partition) DO UPDATE SET epoch = test_epochs.epoch + 1, node = EXCLUDED.node
          RETURNING partition, epoch`.pipe(
          Effect.map((rows) => new Map(rows.map(({ epoch, partition }) => [partition, epoch]))),
          Effect.orDie,
        ),
    } satisfies EpochsShape
  }).pipe(Effect.provide(Reactivity.layer))

/** A world that processes share. */
export const makeSharedWorld: Effect.Effect<World, unknown, Scope.Scope> = Effect.gen(function* () {
  const url = yield* emptyDatabase
  const sql = yield* PgClient.makeClient({ url })
  yield* sql`CREATE TABLE test_epochs (partition INT PRIMARY KEY, epoch INT NOT NULL, node TEXT NOT NULL)`
  return { url, epochs: yield* epochsIn(url), claims: [] }
}).pipe(Effect.provide(Reactivity.layer))

export const makeWorld: Effect.Effect<World> = Effect.gen(function* () {
  const url = yield* emptyDatabase
  const memory = yield* Effect.provide(Epochs, Epochs.layerMemory)
  const claims: Array<number> = []
  const epochs: EpochsShape = {
    ...memory,
    claim: (partitions, node) => {
      claims.push(partitions.length)
      return memory.claim(partitions, node)
    },
  }
  return { url, epochs, claims }
})

const address = Effect.map(freePort("127.0.0.1"), (port) => `127.0.0.1:${port}`)

export type Settings = Partial<ClusterSettings.ClusterSettings & Pick<Cluster.ClusterOptions, "speaks">>
type Reloading = ReturnType<NodeCertificatesShape["reload"]>

interface Made {
  readonly nodes: NodesShape
  readonly at: string
  readonly scope: Scope.Closeable
  readonly reload: Reloading
}

/** A node that does nothing yet. */
export const make = Effect.fnUntraced(function* (
  world: World,
  settings: Settings = {},
): Effect.fn.Return<Made, unknown, Scope.Scope> {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const sql = yield* Layer.buildWithMemoMap(ClusterStorage.layer(world.url), yield* Layer.makeMemoMap, scope)
  const { name, secret } = yield* Effect.provideContext(ClusterStorage.shared(world.url), sql)
  const at = settings.address ?? (yield* address)
  const tls = settings.tls ?? ClusterSettings.defaults.tls
  const cluster = Cluster.layer({ ...ClusterSettings.defaults, secret, ...settings, tls, address: at, name })
  const context = yield* Layer.buildWithMemoMap(
    cluster.pipe(Layer.provide([Layer.succeedContext(sql), Layer.succeed(Epochs, world.epochs)])),
    yield* Layer.makeMemoMap,
    scope,
  )
  const reload = Context.get(context, NodeCertificates).reload(tls)
  return { nodes: Context.get(context, Nodes)!, at, scope, reload }
})

export const join = Effect.fnUntraced(function* (
  world: World,
  settings: Settings = {},
  hooks: { readonly released?: (partition: Partition) => Effect.Effect<void> } = {},
): Effect.fn.Return<Engine, unknown, Scope.Scope> {
  const { at, nodes, reload, scope } = yield* make(world, settings)
  const engine: Engine = {
    nodes,
    address: at,
    linked: new Set(),
    received: [],
    told: [],
    owned: new Map(),
    leave: Scope.close(scope, Exit.void),
    reload,
  }
  yield* Effect.provideService(
    nodes.run({
      up: (node) => void (engine.linked.add(node), engine.told.push(`up ${node}`)),
      down: (node) => void (engine.linked.delete(node), engine.told.push(`down ${node}`)),
      receive: (from, message) => void engine.received.push({ from, message }),
      acquired: (partition, epoch) => void engine.owned.set(partition, epoch),
      released: (partition) =>
        Effect.andThen(
          hooks.released?.(partition) ?? Effect.void,
          Effect.sync(() => void engine.owned.delete(partition)),
        ),
    }),
    Scope.Scope,
    scope,
  )
  return engine
})

export const until = (condition: () => boolean) => Effect.repeat(nextTurn, { until: condition })

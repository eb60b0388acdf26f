/** A service of three nodes in memory, on stores that they share: clients connect to the first. */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { Address } from "../../src/domain/Address.ts"
import { FileRecords } from "../../src/files/FileRecords.ts"
import { FileStore } from "../../src/files/FileStore.ts"
import { History } from "../../src/history/History.ts"
import { Nodes } from "../../src/hub/nodes/Nodes.ts"
import type { Partition } from "../../src/hub/nodes/Partition.ts"
import { MemoryNodes } from "../../src/testing/MemoryNodes.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { WebhookStore } from "../../src/webhooks/WebhookStore.ts"
import { exact } from "./exactly.ts"
import { unhurried, type World } from "./transportWorld.ts"

/** All nodes, and what carries messages between them. */
export interface Cluster {
  readonly nodes: MemoryNodes
  readonly servers: ReadonlyArray<TestServer["Service"]>
  /** Has a node end in order. */
  readonly stop: (node: number) => Effect.Effect<void>
}

/** So many nodes of one service; `ownerOf` says which of them has a partition in the beginning. */
export const cluster = Effect.fnUntraced(function* (
  count: number,
  ownerOf: ((partition: Partition) => number) | undefined,
  settings: Settings = {},
  over: (settings: Settings) => Layer.Layer<TestServer, unknown> = TestServer.layerMemory,
) {
  const nodes = yield* MemoryNodes.make({ nodes: count, ownerOf })
  const kept = yield* Layer.build(
    Layer.mergeAll(
      settings.history ?? History.layerMemory,
      settings.channels ?? ChannelStore.layerMemory,
      settings.accountStore ?? AccountStore.layerMemory,
      settings.webhookStore ?? WebhookStore.layerMemory,
      settings.fileStore ?? FileStore.layerMemory,
      settings.fileRecords ?? FileRecords.layerMemory,
    ).pipe(Layer.fresh),
  )
  const shared = {
    history: Layer.succeed(History, Context.get(kept, History)),
    channels: Layer.succeed(ChannelStore, Context.get(kept, ChannelStore)),
    accountStore: Layer.succeed(AccountStore, Context.get(kept, AccountStore)),
    webhookStore: Layer.succeed(WebhookStore, Context.get(kept, WebhookStore)),
    fileStore: Layer.succeed(FileStore, Context.get(kept, FileStore)),
    fileRecords: Layer.succeed(FileRecords, Context.get(kept, FileRecords)),
  }
  const servers: Array<TestServer["Service"]> = []
  const scopes: Array<Scope.Closeable> = []
  const scope = yield* Effect.scope
  for (let n = 0; n < count; n++) {
    const layer = over({ ...unhurried(settings), ...shared }).pipe(Layer.provide(Layer.succeed(Nodes, nodes.node(n))))
    const own = yield* Scope.fork(scope)
    scopes.push(own)
    servers.push(Context.get(yield* Scope.provide(Layer.build(layer), own), TestServer))
  }
  return { nodes, servers, stop: (node: number) => Scope.close(scopes[node]!, Exit.void) }
})

const world = (name: string, owner: number): World => ({
  name,
  stream: true,
  isOneOfMany: true,
  layer: (settings) =>
    exact(
      Layer.effect(
        TestServer,
        Effect.map(
          cluster(3, () => owner, settings),
          ({ servers }) => servers[0]!,
        ),
      ).pipe(Layer.fresh),
    ),
})

/** The stream of a session is at one node, and what it says is posted at all of them in turn. */
export const postsAnywhere: World = {
  name: "Server-Sent Events, posted at any of three nodes",
  stream: false,
  textOnly: true,
  waits: false,
  isOneOfMany: true,
  layer: (settings) =>
    exact(
      Layer.effect(
        TestServer,
        Effect.suspend(() => {
          let addresses: ReadonlyArray<Address> = []
          const over = (settings: Settings) =>
            TestServer.layerSse(settings, { resume: Duration.zero }, { posts: () => addresses })
          return Effect.map(
            cluster(3, () => 1, settings, over),
            ({ servers }) => {
              addresses = [1, 2, 0].map((n) => servers[n]!.address!)
              return servers[0]!
            },
          )
        }),
      ).pipe(Layer.fresh),
      { textOnly: true },
    ),
}

export const onOwner: World = world("memory, three nodes, at the one that owns the channels", 0)

export const elsewhere: World = world("memory, three nodes, at one that owns none", 1)

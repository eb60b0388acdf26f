/**
 * The other nodes of the service, on the cluster of Effect: it decides which node has which partition, by locks in the
 * database, and this finds them, and links each node to each other.
 */
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as Runners from "effect/cluster/Runners"
import * as RunnerServer from "effect/cluster/RunnerServer"
import { RunnerStorage } from "effect/cluster/RunnerStorage"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"
import type * as Scope from "effect/Scope"
import * as Address from "../domain/Address.ts"
import { Epochs } from "../history/Epochs.ts"
import { type NodeEvents, Nodes } from "../hub/nodes/Nodes.ts"
import type { Partition } from "../hub/nodes/Partition.ts"
import { ClusterError } from "./ClusterError.ts"
import type { ClusterSettings } from "./ClusterSettings.ts"
import * as certificates from "./internal/certificates.ts"
import * as Claims from "./internal/Claims.ts"
import * as Dialer from "./internal/Dialer.ts"
import * as Door from "./internal/Door.ts"
import * as LastClaims from "./internal/LastClaims.ts"
import * as Links from "./internal/Links.ts"
import * as Membership from "./internal/Membership.ts"
import * as NodeAddress from "./NodeAddress.ts"
import { NodeCertificates } from "./NodeCertificates.ts"
import * as Owners from "./internal/Owners.ts"
import * as PartitionEntity from "./internal/PartitionEntity.ts"
import * as runnerTransport from "./internal/runnerTransport.ts"
import * as Versions from "./internal/versions.ts"

export interface ClusterOptions extends Pick<ClusterSettings, "address" | "listen" | "secret" | "tls"> {
  /** Names the tables and locks of this cluster: two on one database have two. */
  readonly name: string
  /** The versions of what nodes say to each other that it speaks. Default: those that it does. */
  readonly speaks?: Versions.Versions | undefined
}

/** Found out by taking nodes away, freezing them and stopping the database (docs/adr/0055). */
const timing = {
  shardLockExpiration: Duration.seconds(9),
  shardLockRefreshInterval: Duration.seconds(3),
  // What it reads is what `Membership` has, which asks the database less often.
  refreshAssignmentsInterval: Duration.millis(100),
  sendRetryInterval: Duration.millis(100),
  runnerHealthCheckInterval: Duration.seconds(1),
  entityTerminationTimeout: Duration.seconds(5),
  entityMessagePollInterval: Duration.seconds(1),
}

/** When the nodes are others than before, the runtime has read that, and knows who is to have what, in so much time. */
const assignedWithin = Duration.sum(timing.refreshAssignmentsInterval, Duration.millis(50))

/** A node that has joined is linked to the others; where one of them is out of reach it goes on without. */
const joinsWithin = "10 seconds"

const placeOf = (setting: string, text: string): Effect.Effect<Address.Address, ClusterError> => {
  const place = NodeAddress.parse(text)
  return place === undefined
    ? Effect.fail(new ClusterError({ problem: `${setting} is ${JSON.stringify(text)}, and has to be HOST:PORT` }))
    : Effect.succeed(place)
}

/** One with another secret, or with nothing to say that they understand, would be in the others' way: it could have partitions, and nobody could reach it. */
const greetAll = Effect.fnUntraced(function* (storage: RunnerStorage["Service"], dialer: Dialer.Dialer, own: string) {
  const runners = yield* Effect.orDie(storage.getRunners)
  const others = runners.flatMap(([{ address }, healthy]) => (healthy ? [Address.format(address)] : []))
  yield* Effect.forEach(
    others.filter((other) => other !== own),
    (other) =>
      Effect.flatMap(placeOf("cluster.address", other), (place) => dialer(place, "runner")).pipe(
        Effect.tap(({ connection }) => Effect.sync(() => void connection.destroy())),
        Effect.catchTags({
          DialFailed: () => Effect.void,
          HandshakeFailed: ({ otherSecret, otherVersion, problem }) => {
            if (otherVersion === true) {
              return Effect.fail(
                new ClusterError({ problem: `the node at ${other} is of another release: ${problem}` }),
              )
            }
            const secrets = `the node at ${other} has another secret: give all the same cluster.secret`
            return otherSecret === true ? Effect.fail(new ClusterError({ problem: secrets })) : Effect.void
          },
        }),
      ),
    { concurrency: "unbounded", discard: true },
  )
})

const make = Effect.fnUntraced(function* (options: ClusterOptions) {
  const address = yield* placeOf("cluster.address", options.address)
  const listen = options.listen === "" ? address : yield* placeOf("cluster.listen", options.listen)
  const credentials = {
    self: NodeAddress.newNode(address),
    secret: options.secret,
    speaks: options.speaks ?? Versions.own,
  }
  const { self } = credentials
  const own = Address.format(address)
  const trusted = yield* NodeCertificates
  const dialer = Dialer.make(credentials, trusted)
  const door = yield* Door.make(listen, credentials, trusted)
  const config = {
    ...ShardingConfig.defaults,
    ...timing,
    runnerAddress: Option.some(RunnerAddress.make(address.host, address.port)),
    maxResidentEntities: "unbounded" as const,
    simulateRemoteSerialization: false,
  }
  const storage = yield* SqlRunnerStorage.make({ prefix: options.name }).pipe(
    Effect.provideService(ShardingConfig.ShardingConfig, config),
  )
  yield* greetAll(storage, dialer, own)
  const epochs = yield* Epochs
  const begun = yield* Deferred.make<Owners.Owners>()
  const isLast = yield* LastClaims.make(epochs.last)
  let links: Links.Links | undefined

  /** Everything that ends when this node leaves, from the last to the first. */
  const run = Effect.fnUntraced(function* (events: NodeEvents): Effect.fn.Return<void, never, Scope.Scope> {
    const joined = yield* Deferred.make<void>()
    let owners: Owners.Owners | undefined
    const made = yield* Links.make(self, dialer, {
      up: events.up,
      receive: events.receive,
      down: (node) => {
        owners?.forget(node)
        events.down(node)
      },
    })
    links = made
    const server = yield* runnerTransport.makeServer
    yield* door.open((kind, connection, peer) => {
      if (kind === "link") made.attach(connection, peer)
      else server.attach(connection)
    })
    const scope = yield* Effect.scope
    let wereWell: string | undefined
    const membership = yield* Membership.make(storage, (members) =>
      Effect.gen(function* () {
        const others = members.filter((member) => member.address !== own)
        made.know(others.map((member) => member.address))
        const isOne = members.some((member) => member.address === own && member.healthy)
        const isLinked = others.every((member) => !member.healthy || made.reach(member.address))
        if (isOne && isLinked) yield* Deferred.succeed(joined, undefined)
        const well = members.flatMap((member) => (member.healthy ? [member.address] : [])).join()
        if (well === wereWell) return
        wereWell = well
        const ask = Effect.sync(() => owners?.askAgain())
        yield* Effect.forkIn(Effect.delay(ask, assignedWithin), scope)
      }),
    )
    const claim = yield* Claims.make((partitions) => epochs.claim(partitions, self))
    const owned = new Map<Partition, number>()
    const runners = Runners.layerRpc
    const cluster = PartitionEntity.layer({ self, owned, claim, events }).pipe(
      Layer.merge(Layer.effectDiscard(Membership.watch(membership, made, own))),
      Layer.provideMerge(RunnerServer.layerWithClients),
      Layer.provide(Membership.healthLayer(made).pipe(Layer.provide(runners))),
      Layer.provide(RpcServer.layerProtocolSocketServer),
      Layer.provide([runnerTransport.clientLayer(dialer), server.layer]),
      Layer.provide([
        Layer.succeed(RunnerStorage, membership.storage),
        MessageStorage.layerNoop,
        Layer.succeed(ShardingConfig.ShardingConfig, config),
        RpcSerialization.layerSchemaBinary(),
      ]),
    )
    const context = yield* Layer.buildWithMemoMap(cluster, yield* Layer.makeMemoMap, yield* Effect.scope)
    const client = yield* Effect.provideContext(PartitionEntity.PartitionEntity.client, context)
    owners = yield* Owners.make((partition) => client(String(partition)).Locate())
    yield* Deferred.succeed(begun, owners)
    yield* Deferred.await(joined).pipe(
      Effect.timeoutOrElse({
        duration: joinsWithin,
        orElse: () => Effect.logWarning(`not all nodes are linked after ${joinsWithin}: this one goes on without`),
      }),
    )
    yield* Effect.logInfo(`this node is part of the cluster as ${self}, with ${made.peers().length} others`)
  })

  return Nodes.of({
    self,
    ownerOf: (partition, wrong) => Effect.flatMap(Deferred.await(begun), (owners) => owners.ownerOf(partition, wrong)),
    isLast,
    send: (node, message) => links?.send(node, message) ?? false,
    peers: () => links?.peers() ?? [],
    run,
  })
})

/** With the certificates of the node, which can be read again. */
export const layer = (options: ClusterOptions) =>
  Layer.effect(Nodes, make(options)).pipe(Layer.provideMerge(certificates.layer(options.tls)))

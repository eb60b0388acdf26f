// What can go wrong with nodes that are one service, each by its name. Only processes are touched that were started here.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { Fault as LinkFault } from "../../src/proxy/Fault.ts"
import { CrashError } from "../crash/CrashError.ts"
import type { Cluster, Node } from "./Cluster.ts"

export const faults = {
  "kill-owner": "SIGKILL of the node that owns a channel; it starts again",
  "kill-gateway": "SIGKILL of a node that has clients, and does not own that channel; it starts again",
  freeze: "SIGSTOP of a node for a while, then SIGCONT",
  join: "one more node starts, and leaves again",
  drain: "SIGTERM of a node, whose clients move; it starts again",
  "postgres-stop": "Postgres is stopped for five seconds",
  "postgres-kill": "SIGKILL of Postgres; it starts again",
  "cut-link": "what two nodes send to each other is lost",
  "cut-one-way": "what one node sends to another is lost, and not what comes back",
  "clock-back": "the clock of a node is set back by ten minutes, and later forth",
  "rolling-restart": "all nodes are restarted, one after the other",
  upgrade:
    "the node of the release before (--old) serves beside the others for a while, and is restarted as one of this release",
} as const
export type FaultName = keyof typeof faults

/** Faults of links and clocks, for which nodes have to be started such that this can be done to them. */
export const isOfLinks = (fault: FaultName): boolean =>
  fault === "cut-link" || fault === "cut-one-way" || fault === "clock-back"

export const names = Object.keys(faults) as ReadonlyArray<FaultName>

export interface FaultOptions {
  /** Whose owner is struck. */
  readonly channel: string
  readonly freeze: Duration.Duration
  /** The node that owns a channel, where that can be known. */
  readonly ownerOf: (channel: string) => Effect.Effect<Node | undefined>
  /** How many clients are at a node. */
  readonly clientsAt: (node: Node) => number
}

/** What was struck. What others felt of it is one thing, what those at the struck node did another. */
export interface Struck {
  readonly nodes: ReadonlyArray<Node>
}

type Strike = Effect.Effect<Struck, CrashError, Scope.Scope>

const attempt = (what: string, does: () => Promise<unknown>): Effect.Effect<void, CrashError> =>
  Effect.tryPromise({
    try: async () => void (await does()),
    catch: (cause) => new CrashError({ message: `${what}: ${String(cause)}` }),
  })

/** Long enough that links are made anew, and shards given away, while it lasts. */
const whileCut = Duration.seconds(8)
const postgresAway = Duration.seconds(5)
const down = Duration.seconds(1)
/** Before the next node is restarted: in this time the clients of the one before are told to have come back, and a bit longer. */
const settles = Duration.seconds(7)
/** In which nodes of two releases have to do with each other. */
const together = Duration.seconds(10)

const pick = <A>(from: ReadonlyArray<A>): Effect.Effect<A, CrashError> =>
  Effect.flatMap(Random.nextIntBetween(0, Math.max(0, from.length - 1)), (at) =>
    Effect.mapError(
      Effect.fromNullishOr(from[at]),
      () => new CrashError({ message: "there is no node for this fault" }),
    ),
  )

const begin = ({ index, start }: Node) =>
  Effect.mapError(start, ({ message }) => new CrashError({ message: `node ${index}: ${message}` }))

const again = (node: Node, end: "kill" | "stop"): Strike =>
  Effect.as(Effect.andThen(Effect.andThen(node[end], Effect.sleep(down)), begin(node)), { nodes: [node] })

const signal = (node: Node, name: NodeJS.Signals): Effect.Effect<void> =>
  Effect.sync(() => {
    const pid = node.pid()
    if (pid !== undefined) process.kill(pid, name)
  })

/** By faults of the proxies between them: what goes up or down is from the side of whoever has dialled. */
const cut = (cluster: Cluster, from: Node, to: Node, bothWays: boolean): Strike => {
  const there: LinkFault = { _tag: "HalfOpen", ...(bothWays ? {} : { on: "up" }) }
  const back: LinkFault = { _tag: "HalfOpen", ...(bothWays ? {} : { on: "down" }) }
  const links = [
    { link: cluster.link(from.index, to.index), fault: there },
    { link: cluster.link(to.index, from.index), fault: back },
  ]
  return Effect.gen(function* () {
    for (const { fault, link } of links) {
      if (link === undefined) return yield* new CrashError({ message: "there is no proxy between the nodes" })
      yield* Effect.acquireRelease(Effect.ignore(link.apply({ fault }, "cut")), () => Effect.ignore(link.remove("cut")))
    }
    yield* Effect.sleep(whileCut)
    return { nodes: [from, to] }
  })
}

/** Strikes, and has set right what it did when its scope closes. */
export const strike = (
  cluster: Cluster,
  name: FaultName,
  { channel, clientsAt, freeze, ownerOf }: FaultOptions,
): Strike => {
  const { nodes, postgres, spares } = cluster
  const owner = Effect.gen(function* () {
    return (yield* ownerOf(channel)) ?? (yield* pick(nodes))
  })
  const other = (node: Node) => pick(nodes.length === 1 ? nodes : nodes.filter((one) => one !== node))
  switch (name) {
    case "kill-owner":
      return Effect.flatMap(owner, (node) => again(node, "kill"))
    case "kill-gateway":
      return Effect.gen(function* () {
        const owned = yield* owner
        // Others may have been left by all clients, over an earlier fault.
        const [node = owned] = nodes
          .filter((one) => one !== owned)
          .toSorted((one, two) => clientsAt(two) - clientsAt(one))
        return yield* again(node, "kill")
      })
    case "drain":
      return Effect.flatMap(pick(nodes), (node) => again(node, "stop"))
    case "freeze":
      return Effect.gen(function* () {
        const node = yield* owner
        yield* Effect.scoped(Effect.andThen(cluster.freeze(node), Effect.sleep(freeze)))
        return { nodes: [node] }
      })
    case "join":
      return Effect.gen(function* () {
        const node = yield* pick(spares)
        yield* begin(node)
        yield* Effect.sleep("5 seconds")
        yield* node.stop
        return { nodes: [] }
      })
    case "postgres-stop":
    case "postgres-kill":
      return Effect.gen(function* () {
        yield* attempt("Postgres could not be ended", () =>
          name === "postgres-stop" ? postgres.stopNow() : postgres.kill(),
        )
        if (name === "postgres-stop") yield* Effect.sleep(postgresAway)
        yield* attempt("Postgres could not be started", () => postgres.start())
        return { nodes: [] }
      })
    case "cut-link":
    case "cut-one-way":
      return Effect.gen(function* () {
        const from = yield* owner
        return yield* cut(cluster, from, yield* other(from), name === "cut-link")
      })
    case "clock-back":
      return Effect.gen(function* () {
        const node = yield* owner
        yield* Effect.acquireRelease(signal(node, "SIGUSR2"), () => signal(node, "SIGUSR2"))
        yield* Effect.sleep("5 seconds")
        return { nodes: [node] }
      })
    case "rolling-restart":
      return Effect.as(
        Effect.forEach(nodes, (node) => Effect.andThen(again(node, "stop"), Effect.sleep(settles))),
        { nodes },
      )
    case "upgrade":
      return Effect.andThen(Effect.sleep(together), Effect.andThen(cluster.renew, again(nodes[0]!, "stop")))
  }
}

/** Whether a fault can happen there at all. */
export const isPossible = (name: FaultName, { nodes, spares }: Cluster): boolean => {
  switch (name) {
    case "join":
      return spares.length > 0
    case "cut-link":
    case "cut-one-way":
      return nodes.length > 1
    default:
      return true
  }
}

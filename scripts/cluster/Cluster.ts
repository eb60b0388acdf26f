// What is put to the test: nodes of the service over a Postgres server of their own, each reaching the others through a
// proxy in which their links can be cut.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as path from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { freePort } from "../../src/load/FreePort.ts"
import * as ServiceNodes from "../../src/load/ServiceNodes.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"
import type { PostgresServer } from "../../test/postgres/PostgresServer.ts"
import { Command } from "../Command.ts"
import { CrashError } from "../crash/CrashError.ts"
import * as Postgres from "../crash/Postgres.ts"
import * as OldRelease from "./OldRelease.ts"
import * as Preload from "./preload.ts"

export type Node = ServiceNodes.ServiceNode

export interface ClusterOptions {
  readonly nodes: number
  /** Nodes that may join later. Default: none. */
  readonly spare?: number | undefined
  /** Another release, of which the first node is until `renew`: a folder, a commit or a tag. Default: this one. */
  readonly old?: string | undefined
  /** Whether nodes reach each other through proxies, and have clocks that can be set. Default: they do, and have. */
  readonly breakable?: boolean | undefined
  /** Further settings of all, as a config file has them. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

export interface Cluster {
  readonly postgres: PostgresServer
  /** Those that ran from the start; those that may join follow. */
  readonly nodes: ReadonlyArray<Node>
  readonly spares: ReadonlyArray<Node>
  /** The link by which one node reaches another. */
  readonly link: (from: number, to: number) => (typeof Proxy)["Service"] | undefined
  /** Stops a node in the middle of whatever it does, until the scope closes; also should this process be killed. */
  readonly freeze: (node: Node) => Effect.Effect<void, CrashError, Scope.Scope>
  /** From its next start on, the first node is of this release, too. */
  readonly renew: Effect.Effect<void>
}

const host = "127.0.0.1"

/** How far a clock is set back. */
const back = Duration.minutes(10)

const failed = (message: string) => (cause: { readonly message: string }) =>
  new CrashError({ message: `${message}: ${cause.message}` })

/** Goes on when its standard input closes: with whoever froze it. */
const guard = `kill -STOP "$1" && echo; cat > /dev/null; kill -CONT "$1"`

const freeze = (node: Node): Effect.Effect<void, CrashError, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          const child = spawn("/bin/sh", ["-c", guard, "sh", String(node.pid())], {
            stdio: ["pipe", "pipe", "ignore"],
            detached: true,
          })
          const stopped = once(child.stdout, "data").then(() => true)
          const ended = once(child, "exit").then(() => false)
          if (!(await Promise.race([stopped, ended]))) throw new Error("no such process")
          return { child, ended }
        },
        catch: (cause) => new CrashError({ message: `a node could not be stopped: ${String(cause)}` }),
      }),
      ({ child, ended }) =>
        Effect.promise(() => {
          child.stdin.end()
          return ended
        }),
    ),
  )

/** Starts the nodes, one after the other. All of it is gone with the scope. */
export const make = Effect.fnUntraced(function* (
  options: ClusterOptions,
): Effect.fn.Return<Cluster, CrashError, Scope.Scope | ChildProcessSpawner | FileSystem.FileSystem> {
  const { breakable = true, nodes: count, old, settings = {}, spare = 0 } = options
  const server = yield* Postgres.server
  const cluster = count + spare > 1
  const nodes = yield* ServiceNodes.make({
    postgres: Redacted.make(server.url()),
    // Nobody is to be told to be slower, and nothing is removed because there is too much.
    settings: JSON.stringify({ "rate-limits": "off", "history.max-entries": 1_000_000, ...settings }),
    cluster,
  })
  const all = count + spare
  const peers: Array<Address> = []
  for (let index = 0; index < all; index++) {
    peers.push({ host, port: yield* Effect.mapError(freePort(host), failed("no port for a node")) })
  }
  const links = new Map<string, (typeof Proxy)["Service"]>()
  const between = (from: number, to: number) => `${from} to ${to}`
  const own = path.resolve(yield* Command)
  const former = old === undefined ? undefined : yield* OldRelease.natter(old)
  let isOld = true
  for (let index = 0; index < all; index++) {
    const ports = new Map<number, number>()
    for (const [to, target] of peers.entries()) {
      if (to === index || !breakable || !cluster) continue
      const proxy = yield* Effect.mapError(Proxy.make({ target }), failed("no proxy between nodes"))
      links.set(between(index, to), proxy)
      ports.set(target.port, proxy.address.port)
    }
    yield* Effect.mapError(
      nodes.add({
        peers: peers[index],
        preload: breakable ? [Preload.clock(Duration.toMillis(back)), Preload.detour(ports)] : [],
        natter: () => (index === 0 && isOld && former !== undefined ? former : own),
      }),
      failed("a node could not be made"),
    )
  }
  const running = nodes.all.slice(0, count)
  for (const node of running) yield* Effect.mapError(node.start, failed(`node ${node.index}`))
  return {
    postgres: server,
    nodes: running,
    spares: nodes.all.slice(count),
    link: (from, to) => links.get(between(from, to)),
    freeze,
    renew: Effect.sync(() => void (isOld = false)),
  }
})

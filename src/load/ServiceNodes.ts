/** Nodes of the service that are one hub together: processes on this machine, over one database. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { format, type Address } from "../domain/Address.ts"
import { freePort } from "./FreePort.ts"
import * as ServiceProcess from "./internal/serviceProcess.ts"
import { LoadError } from "./LoadError.ts"

/** One node: it can be started and ended repeatedly, with the same ports and data. */
export interface ServiceNode extends ServiceProcess.ServiceProcess {
  /** Counted from 0, in the order in which they were added. */
  readonly index: number
  /** Where clients reach it. */
  readonly address: Address
  /** Where it listens for the other nodes. */
  readonly peers: Address
  /** Whether it is to be reached: it has started, and nobody has ended it. */
  readonly isUp: () => boolean
}

export interface NodesOptions {
  /** The database that all of them have. */
  readonly postgres: Redacted.Redacted
  /** The config file of each, as JSON. */
  readonly settings: string
  /** False: a service as it is without others, for a single node. Default: true. */
  readonly cluster?: boolean | undefined
}

/** What one node has that others have not. */
export interface NodeOptions extends Pick<ServiceProcess.ServiceOptions, "natter" | "preload"> {
  /** Where it listens for the other nodes. Default: a free port. */
  readonly peers?: Address | undefined
}

export interface ServiceNodes {
  readonly all: ReadonlyArray<ServiceNode>
  /** Adds one more, which is not running yet. */
  readonly add: (options?: NodeOptions) => Effect.Effect<ServiceNode, LoadError>
}

const host = "127.0.0.1"

/** No node yet. All of them are killed with the scope, and their folders are gone. */
export const make = Effect.fnUntraced(function* ({
  cluster = true,
  postgres,
  settings,
}: NodesOptions): Effect.fn.Return<ServiceNodes, never, Scope.Scope | ChildProcessSpawner | FileSystem.FileSystem> {
  const around = yield* Effect.context<ChildProcessSpawner | FileSystem.FileSystem | Scope.Scope>()
  const files = yield* FileSystem.FileSystem
  const all: Array<ServiceNode> = []

  const add = Effect.fnUntraced(function* ({ natter, peers: wanted, preload }: NodeOptions = {}) {
    // A folder each: a node that outlives whoever has started it removes its own.
    const folder = yield* files.makeTempDirectoryScoped({ prefix: "natter-load-" }).pipe(
      Effect.tap((folder) => files.writeFileString(`${folder}/settings.json`, settings)),
      Effect.mapError(({ message }) => new LoadError({ target: "a folder for a node", reason: message })),
    )
    const address = { host, port: yield* freePort(host) }
    const peers = wanted ?? { host, port: yield* freePort(host) }
    const service = yield* ServiceProcess.make({
      ...address,
      folder,
      config: `${folder}/settings.json`,
      natter,
      preload,
      environment: {
        NATTER_STORAGE: "postgres",
        NATTER_POSTGRES_URL: Redacted.value(postgres),
        ...(cluster ? { NATTER_CLUSTER_ENABLED: "on", NATTER_CLUSTER_ADDRESS: format(peers) } : {}),
      },
    })
    let isUp = false
    const down = (end: Effect.Effect<void>) =>
      Effect.suspend(() => {
        isUp = false
        return end
      })
    const node: ServiceNode = {
      ...service,
      index: all.length,
      address,
      peers,
      isUp: () => isUp,
      start: Effect.tap(service.start, () => Effect.sync(() => (isUp = true))),
      kill: down(service.kill),
      stop: down(service.stop),
    }
    all.push(node)
    return node
  }, Effect.provideContext(around))

  return { all, add }
})

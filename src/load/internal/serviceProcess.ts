import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Scope from "effect/Scope"
import * as fs from "node:fs"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import type { Sample } from "../../scenario/World.ts"
import * as ChildServer from "../ChildServer.ts"
import { LoadError } from "../LoadError.ts"

/** The service as a process of its own. It can be started and ended repeatedly, with the same port and data. */
export interface ServiceProcess {
  readonly start: Effect.Effect<void, LoadError>
  /** Kills it (SIGKILL). */
  readonly kill: Effect.Effect<void>
  /** Asks it to stop (SIGTERM), and waits until it has. */
  readonly stop: Effect.Effect<void>
  readonly sample: Effect.Effect<Sample>
}

export interface ServiceOptions {
  readonly host: string
  readonly port: number
  /** The folder of what belongs to it, which is removed when the load is gone. */
  readonly folder: string
  /** Its config file: the only one that counts, whatever is in the folder from where the load was started. */
  readonly config: string
}

// TypeScript in the sources, JavaScript in the package.
const entry = fileURLToPath(new URL(`../../cli/main${extname(import.meta.url)}`, import.meta.url))

/**
 * A module that the service loads before anything else. When its standard input closes, the process that started it is
 * gone, however that came about: then it removes its folder and ends.
 */
const lifeline = (folder: string): string => {
  const module = `
    import { rmSync } from "node:fs"
    import { isMainThread } from "node:worker_threads"
    const end = () => {
      try {
        rmSync(${JSON.stringify(folder)}, { recursive: true, force: true, maxRetries: 3 })
      } finally {
        process.kill(process.pid, "SIGKILL")
      }
    }
    if (isMainThread) process.stdin.on("close", end).resume().unref()`
  return `data:text/javascript,${encodeURIComponent(module)}`
}

/** Many times what a start takes, since machines may be busy. */
const startLimit = Duration.seconds(30)
const target = "the service"
/** How `/proc` counts on every Linux that Node runs on: clock ticks a second, and bytes of a page. */
const ticks = 100
const pageBytes = 4096

const sampleOf = (pid: number): Sample => {
  try {
    const pages = Number(fs.readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1])
    // The second field is the name, which may contain anything; the first one after it is the third field.
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")
    return { residentBytes: pages * pageBytes, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks }
  } catch {
    // This is no Linux, or the service is down at the moment.
    return {}
  }
}

/** Starts nothing yet. A service that runs when the scope closes is killed. */
export const make = Effect.fnUntraced(function* (
  options: ServiceOptions,
): Effect.fn.Return<ServiceProcess, never, Scope.Scope | ChildProcessSpawner> {
  const { config, folder, host, port } = options
  const around = yield* Effect.context<ChildProcessSpawner>()
  const outside = yield* Effect.scope
  let running: { readonly server: ChildServer.ChildServer; readonly scope: Scope.Closeable } | undefined

  const start = Effect.gen(function* () {
    const scope = yield* Scope.fork(outside)
    const places = ["--config", config, "--data", `${folder}/data`]
    const command = ["serve", ...places, "--host", host, "--port", `${port}`, "--log-format", "json"]
    const server = yield* ChildServer.start(
      process.execPath,
      ["--max-semi-space-size=16", "--import", lifeline(folder), entry, ...command],
      {
        stdin: "pipe",
        // Ctrl-C is for the load, which ends the service when it is done with it.
        detached: true,
        killSignal: "SIGKILL",
      },
    ).pipe(
      Effect.mapError(({ message }) => new LoadError({ target, reason: `could not be started: ${message}` })),
      Scope.provide(scope),
    )
    running = { server, scope }
    const ended = Effect.andThen(
      server.ended,
      Effect.suspend(() => new LoadError({ target, reason: `did not start:\n${server.output()}` })),
    )
    const up = yield* Effect.timeoutOption(Effect.raceFirst(server.listens, ended), startLimit)
    if (Option.isNone(up)) return yield* new LoadError({ target, reason: "did not listen in time" })
  }).pipe(Effect.provideContext(around))

  const forget = Effect.suspend(() => {
    const scope = running?.scope
    running = undefined
    return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
  })

  return {
    start,
    kill: forget,
    stop: Effect.suspend(() => (running === undefined ? Effect.void : running.server.stop)).pipe(
      Effect.andThen(forget),
    ),
    sample: Effect.sync(() => (running === undefined ? {} : sampleOf(running.server.pid))),
  }
})

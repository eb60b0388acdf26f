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
  /** Of the process that runs now; undefined where none does. */
  readonly pid: () => number | undefined
  /** The last that it wrote. */
  readonly output: () => string
}

export interface ServiceOptions {
  readonly host: string
  readonly port: number
  /** The folder of what belongs to it, which is removed when the load is gone. */
  readonly folder: string
  /** Its config file: the only one that counts, whatever is in the folder from where the load was started. */
  readonly config: string
  /** Settings that are secret, or of this process alone, and so in no file. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** What Node starts as `natter`, asked for at each start. Default: what this is a part of. */
  readonly natter?: (() => string) | undefined
  /** Modules that it loads before anything else, by their URLs. */
  readonly preload?: ReadonlyArray<string> | undefined
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

/** With what it wrote, where it wrote anything. */
const silent = (output: string): string => `did not listen in time${output === "" ? "" : `:\n${output}`}`

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
  const { config, environment, folder, host, natter = () => entry, port, preload = [] } = options
  const around = yield* Effect.context<ChildProcessSpawner>()
  const outside = yield* Effect.scope
  let running: { readonly server: ChildServer.ChildServer; readonly scope: Scope.Closeable } | undefined
  let last: ChildServer.ChildServer | undefined

  const start = Effect.gen(function* () {
    const scope = yield* Scope.fork(outside)
    const places = ["--config", config, "--data", `${folder}/data`]
    const command = ["serve", ...places, "--host", host, "--port", `${port}`, "--log-format", "json"]
    const modules = [lifeline(folder), ...preload].flatMap((module) => ["--import", module])
    const server = yield* ChildServer.start(
      process.execPath,
      ["--max-semi-space-size=4", ...modules, natter(), ...command],
      {
        ...(environment && { env: environment }),
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
    last = server
    const ended = Effect.andThen(
      server.ended,
      Effect.suspend(() => new LoadError({ target, reason: `did not start:\n${server.output()}` })),
    )
    const up = yield* Effect.timeoutOption(Effect.raceFirst(server.listens, ended), startLimit)
    if (Option.isNone(up)) return yield* new LoadError({ target, reason: silent(server.output()) })
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
    pid: () => running?.server.pid,
    output: () => last?.output() ?? "",
  }
})

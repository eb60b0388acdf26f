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

/** The service as a process of its own, started and ended as often as one likes, with the same port and data. */
export interface ServiceProcess {
  readonly start: Effect.Effect<void, LoadError>
  /** Ends it without a word. */
  readonly kill: Effect.Effect<void>
  /** Tells it to stop, and waits until it has. */
  readonly stop: Effect.Effect<void>
  readonly sample: Effect.Effect<Sample>
}

export interface ServiceOptions {
  readonly host: string
  readonly port: number
  /** A folder that nobody needs when the load is gone. */
  readonly data: string
  /** Flags of `natter serve`. */
  readonly flags: ReadonlyArray<string>
  /** Further settings, by their names. */
  readonly settings: Readonly<Record<string, string>>
}

// TypeScript in the sources, JavaScript in the package.
const entry = fileURLToPath(new URL(`../../cli/main${extname(import.meta.url)}`, import.meta.url))

/**
 * Loaded by the service before all else: when nobody holds the other end of its standard input any more, however that
 * came about, its data are of no use to anybody, and it ends.
 */
const lifeline = (data: string): string => {
  const module = `
    import { rmSync } from "node:fs"
    import { isMainThread } from "node:worker_threads"
    const end = () => {
      try {
        rmSync(${JSON.stringify(data)}, { recursive: true, force: true, maxRetries: 3 })
      } finally {
        process.kill(process.pid, "SIGKILL")
      }
    }
    if (isMainThread) process.stdin.on("close", end).resume().unref()`
  return `data:text/javascript,${encodeURIComponent(module)}`
}

/** Many times what it takes, since machines are busy. */
const startLimit = Duration.seconds(30)
const target = "the service"
/** Of `/proc`: ticks of the clock a second, and bytes of a page, on every Linux that Node runs on. */
const ticks = 100
const pageBytes = 4096

/** Settings as the environment names them. */
const environment = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`NATTER_${name.toUpperCase().replaceAll(/[.-]/g, "_")}`, value]),
  )

const sampleOf = (pid: number): Sample => {
  try {
    const pages = Number(fs.readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1])
    // Behind the name, which may have anything in it, the first is the third field.
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")
    return { residentBytes: pages * pageBytes, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks }
  } catch {
    // No Linux, or it is down just now.
    return {}
  }
}

/** Nothing is started yet; whatever runs when the scope closes is killed. */
export const make = Effect.fnUntraced(function* (
  options: ServiceOptions,
): Effect.fn.Return<ServiceProcess, never, Scope.Scope | ChildProcessSpawner> {
  const { data, flags, host, port, settings } = options
  const around = yield* Effect.context<ChildProcessSpawner>()
  const outside = yield* Effect.scope
  let running: { readonly server: ChildServer.ChildServer; readonly scope: Scope.Closeable } | undefined

  const start = Effect.gen(function* () {
    const scope = yield* Scope.fork(outside)
    const command = ["serve", "--host", host, "--port", `${port}`, "--data", data, "--log-format", "json", ...flags]
    const server = yield* ChildServer.start(
      process.execPath,
      ["--max-semi-space-size=16", "--import", lifeline(data), entry, ...command],
      {
        env: environment(settings),
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

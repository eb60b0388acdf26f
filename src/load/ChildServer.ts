/** A server that runs as a child process, whether Natter or another: what it writes, and how it ends. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as PlatformError from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export interface ChildServer {
  readonly pid: number
  /** The last that it wrote, on its standard output and its standard error. */
  readonly output: () => string
  /** Done when it has written that it listens, as Natter does. */
  readonly listens: Effect.Effect<void>
  /** Asks it to end, and waits until it has. */
  readonly stop: Effect.Effect<void>
  /** Done when it has ended: its exit code, or that it was a signal. */
  readonly ended: Effect.Effect<string>
}

/** Characters of its output that are kept. */
const outputKept = 4000

/** What is in the environment of the caller does not set up what is started here. */
const cleared = (): Record<string, undefined> =>
  Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(NATTER_|VITEST|NODE_OPTIONS$)/.test(name))
      .map((name) => [name, undefined]),
  )

/** Starts it. When the scope closes it is killed, as `options` say. */
export const start = Effect.fnUntraced(function* (
  command: string,
  args: ReadonlyArray<string>,
  options: ChildProcess.CommandOptions,
): Effect.fn.Return<ChildServer, PlatformError.PlatformError, Scope.Scope | ChildProcessSpawner> {
  const env = { ...cleared(), ...options.env }
  const child = yield* ChildProcess.make(command, args, { ...options, env, extendEnv: true })
  let output = ""
  const listens = Deferred.makeUnsafe<void>()
  yield* child.all.pipe(
    Stream.decodeText(),
    Stream.runForEach((text) =>
      Effect.sync(() => {
        output = (output + text).slice(-outputKept)
        if (output.includes(" listens on ")) Deferred.doneUnsafe(listens, Effect.void)
      }),
    ),
    Effect.ignore,
    Effect.forkScoped,
  )
  return {
    pid: child.pid,
    output: () => output.trimEnd(),
    listens: Deferred.await(listens),
    stop: Effect.ignore(child.kill({ killSignal: "SIGTERM" })),
    ended: child.exitCode.pipe(
      Effect.map(String),
      Effect.orElseSucceed(() => "a signal"),
      // What it wrote on its way out is still being read.
      Effect.tap(() => Effect.sleep("100 millis")),
    ),
  }
})

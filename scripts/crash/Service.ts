// The real service as a process that is killed and started again, on the same port and the same data.
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as ChildProcess from "effect/process/ChildProcess"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as net from "node:net"
import { fileURLToPath } from "node:url"
import { CrashError } from "./CrashError.ts"

export interface ServiceOptions {
  readonly port: number
  readonly data: string
  /** Further arguments of `natter serve`. */
  readonly args: ReadonlyArray<string>
  readonly environment?: Readonly<Record<string, string>> | undefined
}

export interface Service {
  readonly pid: number
  /** Waits until it serves; false where it does not in time. */
  readonly up: Effect.Effect<boolean>
  /** Asks it to end, and waits until it has. */
  readonly stop: Effect.Effect<void>
  /** Fails should it end by itself. */
  readonly ended: Effect.Effect<never, CrashError>
  /** The last that it wrote. */
  readonly output: () => string
}

export const host = "127.0.0.1"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Time it has to come up: many times what it takes, since machines are busy. */
export const startLimit = Duration.seconds(30)

const outputKept = 4000

const isFree = (port: number) =>
  Effect.callback<boolean>((resume) => {
    const server = net.createServer()
    server.on("error", () => resume(Effect.succeed(false)))
    server.listen(port, host, () => server.close(() => resume(Effect.succeed(true))))
  })

/**
 * A port below those that the system gives to who dials: a client that dials again and again while nobody listens would
 * reach itself in the end, and hold the port.
 */
export const freePort: Effect.Effect<number> = Effect.gen(function* () {
  const port = yield* Random.nextIntBetween(20_000, 32_000)
  return (yield* isFree(port)) ? port : yield* freePort
})

// Settings in the caller's environment are not those that are tortured.
const environment = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(NATTER_|VITEST|NODE_OPTIONS$)/.test(name))
    .map((name) => [name, undefined]),
)

/** Starts it; when the scope closes it is killed, without a word. */
export const start = Effect.fnUntraced(function* (
  options: ServiceOptions,
): Effect.fn.Return<Service, CrashError, Scope.Scope | ChildProcessSpawner> {
  const { args, data, environment: more, port } = options
  const command = ["src/cli/main.ts", "serve", "--port", String(port), "--data", data, "--log-format", "json"]
  const child = yield* Effect.mapError(
    ChildProcess.make(process.execPath, [...command, ...args], {
      cwd: root,
      env: { ...environment, ...more },
      extendEnv: true,
      stdin: "ignore",
      killSignal: "SIGKILL",
    }),
    (error) => new CrashError({ message: `the service could not be started: ${error.message}` }),
  )
  let output = ""
  const isUp = Deferred.makeUnsafe<void>()
  yield* child.all.pipe(
    Stream.decodeText(),
    Stream.runForEach((text) =>
      Effect.sync(() => {
        output = (output + text).slice(-outputKept)
        if (output.includes(" listens on ")) Deferred.doneUnsafe(isUp, Exit.void)
      }),
    ),
    Effect.forkScoped,
  )
  return {
    pid: child.pid,
    up: Effect.map(Effect.timeoutOption(Deferred.await(isUp), startLimit), Option.isSome),
    stop: Effect.ignore(child.kill({ killSignal: "SIGTERM" })),
    ended: child.exitCode.pipe(
      Effect.orElseSucceed(() => "a signal"),
      // What it said on its way out is still being read.
      Effect.delay("100 millis"),
      Effect.flatMap((code) =>
        Effect.fail(
          new CrashError({ message: `the service ended by itself with ${code}; its last output:\n${output}` }),
        ),
      ),
    ),
    output: () => output,
  }
})

// The real service as a process that is killed and started again, on the same port and the same data.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type * as Scope from "effect/Scope"
import { fileURLToPath } from "node:url"
import * as ChildServer from "../../src/load/ChildServer.ts"
import { Command } from "../Command.ts"
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

/** As `npm start` starts it. */
const youngGeneration = "--max-semi-space-size=4"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Time it has to come up: many times what it takes, since machines are busy. */
export const startLimit = Duration.seconds(30)

/** Starts it; when the scope closes it is killed, without a word. */
export const start = Effect.fnUntraced(function* (
  options: ServiceOptions,
): Effect.fn.Return<Service, CrashError, Scope.Scope | ChildProcessSpawner> {
  const { args, data, environment = {}, port } = options
  const serve = [yield* Command, "serve", "--port", String(port), "--data", data, "--log-format", "json"]
  const server = yield* Effect.mapError(
    ChildServer.start(process.execPath, [youngGeneration, ...serve, ...args], {
      cwd: root,
      env: environment,
      stdin: "ignore",
      killSignal: "SIGKILL",
    }),
    (error) => new CrashError({ message: `the service could not be started: ${error.message}` }),
  )
  return {
    pid: server.pid,
    up: Effect.map(Effect.timeoutOption(server.listens, startLimit), Option.isSome),
    stop: server.stop,
    ended: Effect.flatMap(server.ended, (code) =>
      Effect.fail(
        new CrashError({ message: `the service ended by itself with ${code}; its last output:\n${server.output()}` }),
      ),
    ),
    output: server.output,
  }
})

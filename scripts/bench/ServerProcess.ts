// A server under measurement: a process of its own, held on one core, on a free port of 127.0.0.1.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schedule from "effect/Schedule"
import * as net from "node:net"
import { fileURLToPath } from "node:url"
import * as ChildServer from "../../src/load/ChildServer.ts"
import { freePort } from "../../src/load/FreePort.ts"
import { Command } from "../Command.ts"
import { BenchError } from "./BenchError.ts"
import type { FramingName } from "./fanout/Framing.ts"
import { pin } from "./Machine.ts"

/** What can be started: the arguments for Node, given a port to listen on, a folder of its own, and what `natter` is. */
export interface ServerCommand {
  readonly name: string
  readonly args: (port: number, folder: string, command: string) => ReadonlyArray<string>
  /** Settings that have no flag. */
  readonly env?: Readonly<Record<string, string>>
  /** How it lays frames into bytes, where it is not behind a length. */
  readonly framing?: FramingName
  /** Its folder is made from this one, rather than empty. */
  readonly from?: string
}

/** A server that accepts connections. */
export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** From its start until it accepted a connection. */
  readonly millis: number
  /** An error that names the server and ends with the last that it said. */
  readonly failure: (what: string) => BenchError
}

export interface Options {
  readonly core?: number | undefined
  /** Writes a CPU profile to this file when the server has ended. */
  readonly profile?: { readonly folder: string; readonly name: string } | undefined
}

export const host = "127.0.0.1"

/** The project's root, in which servers are started. */
export const root = fileURLToPath(new URL("../..", import.meta.url))

const startLimit = "15 seconds"
// Longer than a server takes for draining; killed after it.
const stopLimit = "15 seconds"

const accepts = (port: number) =>
  Effect.callback<void, BenchError>((resume) => {
    const socket = net.connect({ host, port })
    socket.on("connect", () => {
      socket.destroy()
      resume(Effect.void)
    })
    socket.on("error", (error) => {
      socket.destroy()
      resume(Effect.fail(new BenchError({ message: error.message })))
    })
    return Effect.sync(() => socket.destroy())
  })

/**
 * Starts a server and waits, at most 15 s, until it accepts connections. When the scope closes it is ended with SIGTERM
 * and, should it still be there, killed 15 s later; its folder is removed after it.
 */
export const start = Effect.fnUntraced(function* (server: ServerCommand, options: Options) {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "natter-bench-" })
  if (server.from !== undefined) yield* files.copy(server.from, folder, { overwrite: true })
  const port = yield* Effect.mapError(freePort(host), ({ message }) => new BenchError({ message }))
  const profile =
    options.profile === undefined
      ? []
      : [
          "--cpu-prof",
          "--cpu-prof-interval=200",
          `--cpu-prof-dir=${options.profile.folder}`,
          `--cpu-prof-name=${options.profile.name}`,
        ]
  const [command = "", ...args] = pin(options.core, [
    process.execPath,
    ...profile,
    ...server.args(port, folder, yield* Command),
  ])
  const from = performance.now()
  const child = yield* ChildServer.start(command, args, {
    cwd: root,
    ...(server.env && { env: server.env }),
    stdin: "ignore",
    forceKillAfter: stopLimit,
  })
  const failure = (what: string) =>
    new BenchError({
      message: `${server.name} ${what}${child.output() === "" ? "" : `; its last output:\n${child.output()}`}`,
    })
  const ended = Effect.flatMap(child.ended, (code) =>
    Effect.fail(failure(`ended with ${code} before it accepted a connection`)),
  )
  yield* accepts(port).pipe(
    Effect.retry(Schedule.spaced("3 millis")),
    Effect.timeoutOrElse({
      duration: startLimit,
      orElse: () => Effect.fail(failure(`did not accept a connection within ${startLimit}`)),
    }),
    Effect.raceFirst(ended),
  )
  const started: ServerProcess = { pid: child.pid, port, millis: performance.now() - from, failure }
  return started
})

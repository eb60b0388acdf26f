// One large file to a service and back, over a connection that is cut again and again, and what both hold in memory meanwhile.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Random from "effect/Random"
import * as fs from "node:fs"
import * as path from "node:path"
import { freePort } from "../../../src/load/FreePort.ts"
import { Proxy } from "../../../src/proxy/Proxy.ts"
import { CrashError } from "../CrashError.ts"
import * as Service from "../Service.ts"
import * as ClientProcess from "./ClientProcess.ts"
import * as Memory from "./Memory.ts"
import type { Direction } from "./Plan.ts"
import * as seeded from "./seeded.ts"

export interface TransferOptions {
  /** Bytes. */
  readonly size: number
  /** How often the connection is cut each way. */
  readonly cuts: number
  readonly seed: number
  /** Told how far it is each way. */
  readonly onProgress?: ((direction: Direction, bytes: number) => void) | undefined
}

/** Bytes that the service and the client have. */
export interface Held {
  readonly server: number
  readonly client: number
}

/** One way of the file. */
export interface Passage {
  readonly direction: Direction
  readonly milliseconds: number
  /** Where it was cut: so many bytes had gone through since it began. */
  readonly cutAt: ReadonlyArray<number>
  /** Bytes that went through: of what is cut off some are sent again. */
  readonly through: number
  /** The most beyond what was held idle. */
  readonly most: Held
  /** The hash at the other end. */
  readonly sha256: string
}

export interface TransferResult {
  readonly sha256: string
  /** Connected, before any file. */
  readonly idle: Held
  readonly passages: ReadonlyArray<Passage>
}

/** How long both are left alone before it counts as idle. */
const rest = "2 seconds"

/** One place in each of so many equal parts, and none close to where the next begins. */
const places = (size: number, cuts: number) =>
  Effect.forEach(Array.from({ length: cuts }), (_, index) =>
    Effect.map(Random.next, (dice) => Math.floor(((index + 0.05 + 0.9 * dice) * size) / cuts)),
  )

/** Cuts what is there once so many bytes have gone through; says where it was. */
const cutting = Effect.fnUntraced(function* (
  proxy: (typeof Proxy)["Service"],
  direction: Direction,
  at: ReadonlyArray<number>,
  cutAt: Array<number>,
) {
  const counters = Effect.map(proxy.state, ({ counters }) => counters)
  const { [direction]: began } = yield* counters
  for (const place of at) {
    const { cut } = yield* counters
    while ((yield* counters)[direction] - began < place) yield* Effect.sleep("1 millis")
    cutAt.push((yield* counters)[direction] - began)
    // It may be away just then, since it was cut a moment ago.
    while ((yield* counters).cut === cut) {
      yield* proxy.apply({ fault: { _tag: "Cut" } }).pipe(Effect.ignore)
      yield* Effect.sleep("1 millis")
    }
  }
})

/** The hash of the one content that the service has. */
const hashAtService = (data: string) =>
  Effect.tryPromise({
    try: () => {
      const contents = path.join(data, "files/contents")
      const [content, ...others] = fs
        .readdirSync(contents, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
      if (content === undefined || others.length > 0) throw new Error(`${others.length} contents, and not one`)
      return seeded.hashOf(path.join(content.parentPath, content.name))
    },
    catch: (cause) => new CrashError({ message: `what the service has of the file can't be read: ${String(cause)}` }),
  })

const test = Effect.fnUntraced(function* ({ cuts, onProgress, seed, size }: TransferOptions, port: number) {
  const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped({ prefix: "natter-transfer-" })
  const [file, data] = [path.join(folder, "large.bin"), path.join(folder, "data")]
  const sha256 = yield* Effect.tryPromise({
    try: () => seeded.write(file, size, seed),
    catch: (cause) => new CrashError({ message: `the file could not be made: ${String(cause)}` }),
  })
  const environment = { NATTER_FILES_MAX_BYTES: `${size} B`, NATTER_FILES_QUOTA: `${size} B` }
  const service = yield* Service.start({ port, data, args: [], environment })
  if (!(yield* Effect.raceFirst(service.up, service.ended)))
    return yield* new CrashError({ message: `the service did not start:\n${service.output()}` })
  const proxy = yield* Effect.mapError(
    Proxy.make({ target: { host: Service.host, port } }),
    ({ message }) => new CrashError({ message }),
  )
  const client = yield* ClientProcess.start({ ...proxy.address, file, size })
  const look = (at: (pid: number) => number): Held => ({ server: at(service.pid), client: at(client.pid) })
  yield* Effect.sleep(rest)
  const idle = look(Memory.now)

  const pass = Effect.fnUntraced(function* (direction: Direction) {
    const cutAt: Array<number> = []
    const planned = yield* places(size, cuts)
    look((pid) => (Memory.forgetMost(pid), 0))
    const before = (yield* proxy.state).counters[direction]
    const began = performance.now()
    const [told] = yield* Effect.all(
      [client.move(direction, (bytes) => onProgress?.(direction, bytes)), cutting(proxy, direction, planned, cutAt)],
      { concurrency: "unbounded" },
    )
    const milliseconds = performance.now() - began
    const { client: ours, server } = look(Memory.most)
    const passage: Passage = {
      direction,
      milliseconds,
      cutAt,
      through: (yield* proxy.state).counters[direction] - before,
      most: { server: server - idle.server, client: ours - idle.client },
      sha256: direction === "up" ? yield* hashAtService(data) : told,
    }
    return passage
  })

  const work = Effect.forEach(["up", "down"] as const, pass)
  const result: TransferResult = { sha256, idle, passages: yield* Effect.raceFirst(work, service.ended) }
  return result
})

/** Succeeds with what was measured. */
export const transferTest = (options: TransferOptions) =>
  Effect.flatMap(freePort(Service.host), (port) => test(options, port)).pipe(
    Effect.scoped,
    Random.withSeed(options.seed),
  )

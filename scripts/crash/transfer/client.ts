// Sends a file and reads it again, by the library that comes with the service; a process of its own, so that its memory is.
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import * as readline from "node:readline"
import * as Client from "../../../src/client/Client.ts"
import * as Tcp from "../../../src/client/transport/Tcp.ts"
import type { Plan, Said } from "./Plan.ts"

const channel = "large"
/** Bytes that are read from the file at once, and between two words about how far it is. */
const piece = 256 * 1024
const sayEvery = 1024 * 1024

/** Shorter than the default: a run is about what is moved, not about waiting for the next attempt. */
const backoff = { base: Duration.millis(20), cap: Duration.millis(200) }

const plan = JSON.parse(process.argv[2] ?? "{}") as Plan

const say = (said: Said): void => void process.stdout.write(`${JSON.stringify(said)}\n`)

const progress = () => {
  let said = 0
  return (bytes: number): void => {
    if (bytes - said < sayEvery) return
    said = bytes
    say({ type: "At", bytes })
  }
}

const orders = readline.createInterface(process.stdin)[Symbol.asyncIterator]()

/** Waits for the next; whoever started it may be gone instead. */
const ordered = Effect.flatMap(
  Effect.promise(() => orders.next()),
  ({ done }) => (done === true ? Effect.interrupt : Effect.void),
)

const program = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const credentials = { username: "ann", password: Redacted.make("secret") }
  const client = yield* Client.make({ credentials, codec: "msgpack", backoff })
  yield* client.join(channel)
  say({ type: "Ready" })

  yield* ordered
  const source = {
    name: "large.bin",
    size: plan.size,
    read: (offset: number) => files.stream(plan.file, { offset, chunkSize: piece }),
  }
  const file = yield* client.upload(channel, source, { onProgress: progress() })
  say({ type: "Done", sha256: file.sha256 })

  yield* ordered
  yield* client.publish(channel, "a large file", { file: file.id })
  const download = yield* client.download(channel, file.id, { onProgress: progress() })
  const hash = createHash("sha256")
  yield* Stream.runForEach(download.bytes, (bytes) => Effect.sync(() => hash.update(bytes)))
  say({ type: "Done", sha256: hash.digest("hex") })
  return yield* ordered
}).pipe(Effect.scoped, Effect.provide([Tcp.layer(plan), NodeServices.layer]))

const exit = await Effect.runPromiseExit(program)
if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) {
  say({ type: "Failed", reason: Cause.pretty(exit.cause) })
}
process.exit(0)

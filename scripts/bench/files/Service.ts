import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { FileSource } from "../../../src/client/Files.ts"
import * as Client from "../../../src/client/Client.ts"
import * as NodeDialer from "../../../src/client/transport/NodeDialer.ts"
import { isHeld } from "../sessions/Conversation.ts"
import type { FilePlan } from "./Plan.ts"

/** Moves the file once. */
export interface Transfer {
  /** What has to be there before, and is not measured. */
  readonly before: () => Promise<void>
  /** How many bytes have come. */
  readonly run: () => Promise<number>
}

const channel = "bench-files"
const piece = 256 * 1024

const clientFor = Effect.fnUntraced(function* (username: string) {
  const client = yield* Client.make({ credentials: { username, password: Redacted.make("secret") }, codec: "msgpack" })
  yield* client.join(channel)
  return client
})

const sourceOf = Effect.fnUntraced(function* ({ bytes, path }: FilePlan, pace?: number) {
  const files = yield* FileSystem.FileSystem
  const source: FileSource<unknown> = {
    name: "large.bin",
    size: bytes,
    read: (offset) => {
      const all = files.stream(path, { offset, chunkSize: piece })
      return pace === undefined ? all : paced(all, pace)
    },
  }
  return source
})

/** No faster than so many bytes a second. */
const paced = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>, pace: number): Stream.Stream<Uint8Array, E, R> => {
  const began = performance.now()
  let come = 0
  return Stream.tap(bytes, ({ length }) => {
    come += length
    return Effect.sleep(Duration.millis(Math.max(0, began + (come / pace) * 1000 - performance.now())))
  })
}

const length = <E>(bytes: Stream.Stream<Uint8Array, E>): Effect.Effect<number, E> =>
  Stream.runFold(
    bytes,
    () => 0,
    (sum, { length }) => sum + length,
  )

/** Signs in. */
export const prepare = async (plan: FilePlan): Promise<Transfer> => {
  const runtime = ManagedRuntime.make(NodeServices.layer)
  const scope = Scope.makeUnsafe()
  const dialer = NodeDialer.layer({ host: plan.host, port: plan.port })
  const client = await runtime.runPromise(
    clientFor("ann").pipe(Effect.provide(dialer), Effect.provideService(Scope.Scope, scope)),
  )
  const source = await runtime.runPromise(sourceOf(plan))
  if (plan.work === "up") {
    return {
      before: () => Promise.resolve(),
      run: () => runtime.runPromise(Effect.map(client.upload(channel, source), ({ size }) => size)),
    }
  }
  let file = ""
  const uploaded = Effect.gen(function* () {
    file = (yield* client.upload(channel, source)).id
    yield* client.publish(channel, "a file", { file })
  })
  return {
    before: () => runtime.runPromise(uploaded),
    // It ends with an error where its hash is not that of what was sent.
    run: () =>
      runtime.runPromise(
        client.download(channel, file).pipe(
          Effect.flatMap(({ bytes }) => length(bytes)),
          Effect.scoped,
        ),
      ),
  }
}

/** Files up and down, half of the transfers each, for ever. */
export const parallel = Effect.fnUntraced(function* (plan: Extract<FilePlan, { readonly work: "parallel" }>) {
  const { pace, transfers } = plan
  const dialer = NodeDialer.layer({ host: plan.host, port: plan.port })
  const source = yield* sourceOf(plan, pace)
  const clients = yield* Effect.forEach(Array.from({ length: transfers }), (_, index) =>
    Effect.provide(clientFor(`file-${index}`), dialer),
  )
  const first = clients[0]!
  const { id: file } = yield* first.upload(channel, yield* sourceOf(plan))
  yield* first.publish(channel, "a file", { file })
  const moving = Effect.forEach(
    clients,
    (client, index) =>
      Effect.forever(
        index % 2 === 0
          ? client.upload(channel, source)
          : client.download(channel, file).pipe(
              Effect.flatMap(({ bytes }) => length(paced(bytes, pace))),
              Effect.scoped,
            ),
      ),
    { concurrency: "unbounded", discard: true },
  )
  // They have begun.
  yield* Effect.forkChild(Effect.delay(Effect.sync(isHeld), "500 millis"))
  return yield* moving
}, Effect.scoped)

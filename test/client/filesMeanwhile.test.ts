/** What happens to a channel, and to who sends and reads there, while a file is on its way. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Client from "../../src/client/Client.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import type { RequestError, RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { Actions } from "../../src/embedding/Actions.ts"
import { make as memoryDialer } from "../../src/testing/MemoryDialer.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { bytesOf, collect, hashOf, sourceOf } from "./files.ts"

/** More than the server sends, or takes, before it hears what has become of it. */
const bytes = bytesOf(6_000_000)
const half = 3_000_000

type Olga = Actions<RequestError>

/** Ann is in `den`, where olga may do anything. */
const world = Effect.gen(function* () {
  const { accounts, hub } = yield* TestServer
  const user = yield* accounts.add({ name: "olga", password: Redacted.make("olga's"), role: "admin" })
  yield* accounts.add({ name: "ann", password: Redacted.make("ann's"), role: "member" })
  const olga: Olga = yield* hub.as(user)
  yield* olga.createChannel("den")
  const client = yield* Effect.provideService(
    Client.make({ credentials: { username: "ann", password: Redacted.make("ann's") }, codec: "msgpack" }),
    Dialer,
    (yield* memoryDialer).dialer,
  )
  yield* client.join("den")
  return { client, olga }
})

/** It has been done, and the time has come in which it is asked again what is allowed. */
const doing = (change: Effect.Effect<unknown, unknown>) =>
  Effect.andThen(change, Effect.andThen(TestClock.adjust("3 seconds"), Effect.repeat(Effect.yieldNow, { times: 20 })))

/** What comes of an upload where this is done in its middle. */
const uploading = (change: (olga: Olga) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const { client, olga } = yield* world
    const halfway = yield* Deferred.make<void>()
    const done = yield* Deferred.make<void>()
    const source = sourceOf(bytes)
    const waiting = Effect.andThen(Deferred.succeed(halfway, undefined), Deferred.await(done))
    const sending = yield* Effect.forkChild(
      client.upload("den", {
        ...source,
        read: (offset) => {
          let at = offset
          return Stream.tap(source.read(offset), (piece) => {
            const isHalf = at < half && at + piece.length >= half
            at += piece.length
            return isHalf ? waiting : Effect.void
          })
        },
      }),
    )
    yield* Deferred.await(halfway)
    yield* doing(change(olga))
    yield* Deferred.succeed(done, undefined)
    const exit = yield* Effect.result(Fiber.join(sending))
    return { client, exit, olga }
  })

/** What comes of a download. */
const downloading = (change: (olga: Olga) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const { client, olga } = yield* world
    const { id } = yield* client.upload("den", sourceOf(bytes))
    yield* client.publish("den", "", { file: id })
    const { bytes: coming } = yield* client.download("den", id)
    let at = 0
    const exit = yield* Effect.result(
      collect(
        Stream.tap(coming, (piece) => {
          const isHalf = at < half && at + piece.length >= half
          at += piece.length
          return isHalf ? doing(change(olga)) : Effect.void
        }),
      ),
    )
    return { client, exit, olga, file: id }
  })

const test = (name: string, body: Effect.Effect<void, unknown, TestServer | Scope.Scope>) =>
  it.effect(name, () =>
    body.pipe(
      Effect.scoped,
      Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined } })),
      Effect.provideService(References.MinimumLogLevel, "None"),
    ),
  )

const changes: Readonly<Record<string, (olga: Olga) => Effect.Effect<unknown, unknown>>> = {
  "is renamed": (olga) => olga.rename("den", "kitchen"),
  "is archived": (olga) => olga.configure("den", { archived: true }),
  "is made private": (olga) => olga.configure("den", { access: "private" }),
  "is deleted": (olga) => olga.deleteChannel("den"),
  "puts her out for ever": (olga) => olga.ban("den", { username: "ann" }),
  "mutes her": (olga) => olga.mute("den", "ann"),
}

/** How each ends; undefined where it goes on, to its end. */
const ends: Readonly<
  Record<keyof typeof changes, { readonly upload?: RequestErrorReason; readonly download?: RequestErrorReason }>
> = {
  "is renamed": {},
  "is archived": { upload: "ChannelArchived" },
  "is made private": { upload: "NotMember", download: "Forbidden" },
  "is deleted": { upload: "NotMember", download: "NoSuchChannel" },
  "puts her out for ever": { upload: "NotMember", download: "Banned" },
  "mutes her": { upload: "Muted" },
}

const reasonOf = (error: unknown) => (error as RequestError).reason

describe.each(Object.entries(changes))("a file on its way to a channel that %s", (name, change) => {
  const { download, upload } = ends[name]!

  test(
    upload === undefined ? "comes whole" : `ends with ${upload}`,
    Effect.gen(function* () {
      const { client, exit, olga } = yield* uploading(change)
      if (exit._tag === "Success") {
        assert.isUndefined(upload)
        assert.strictEqual(exit.success.sha256, hashOf(bytes))
        yield* client.publish(name === "is renamed" ? "kitchen" : "den", "", { file: exit.success.id })
        return
      }
      assert.strictEqual(reasonOf(exit.failure), upload)
      // Its place is free again, and the session is well.
      yield* olga.createChannel("hall")
      yield* client.join("hall")
      assert.strictEqual((yield* client.upload("hall", sourceOf(bytesOf(10)))).size, 10)
    }),
  )

  test(
    download === undefined ? "and one that is read comes whole" : `and one that is read ends with ${download}`,
    Effect.gen(function* () {
      const { client, exit, olga } = yield* downloading(change)
      if (exit._tag === "Success") {
        assert.isUndefined(download)
        assert.isTrue(exit.success.equals(bytes))
        return
      }
      assert.strictEqual(reasonOf(exit.failure), download)
      yield* olga.createChannel("hall")
      yield* client.join("hall")
      const { id } = yield* client.upload("hall", sourceOf(bytesOf(10)))
      yield* client.publish("hall", "", { file: id })
      const again = yield* client.download("hall", id)
      assert.isTrue((yield* collect(again.bytes)).equals(bytesOf(10)))
    }),
  )
})

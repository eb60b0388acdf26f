/** All four kinds of calls, by another's client, beside a client of version 2. */
import { assert, layer } from "@effect/vitest"
import { status } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { type Called, chat, signedIn } from "./grpcJs.ts"

const enter = (client: TestClient2, username: string, channel: string) =>
  Effect.andThen(
    client.ask({ type: "Login", username, password: "a long password" }, "LoggedIn"),
    client.ask({ type: "Join", channel }, "Joined"),
  )

layer(TestServer.layerTcp({ page: { enabled: false } }))("calls over gRPC", (it) => {
  it.effect("answers one by one: signing in, a channel, a message, and its history", () =>
    Effect.gen(function* () {
      const client = yield* chat
      const token = yield* signedIn(client, "ann")
      yield* client.ask("CreateChannel", { channel: "room", topic: "of all" }, token)
      const published = yield* client.ask("Publish", { channel: "room", id: "m-1", content: "hello" }, token)
      assert.deepInclude(published, { channel: "room", id: "m-1", seq: 1, durability: "memory" })
      yield* client.ask("Publish", { channel: "room", id: "m-2", content: "so", reply_to: 1 }, token)
      const page = yield* client.ask("History", { channel: "room" }, token)
      const entries = page["entries"] as ReadonlyArray<object>
      assert.strictEqual(entries.length, 2)
      assert.match(JSON.stringify(entries[1]), /"reply_?[tT]o":"?1/)
      const info = yield* client.ask("Describe", { channel: "room" }, token)
      assert.deepInclude(info, { channel: "room", topic: "of all", role: "owner" })
    }),
  )

  it.effect("says why not, with the status that fits", () =>
    Effect.gen(function* () {
      const client = yield* chat
      const token = yield* signedIn(client, "bob")
      const code = (called: Called) => called.error?.code
      assert.strictEqual(code(yield* client.unary("ListChannels", {})), status.UNAUTHENTICATED)
      assert.strictEqual(code(yield* client.unary("ListChannels", {}, "nat_wrong")), status.UNAUTHENTICATED)
      const { error } = yield* client.unary("Describe", { channel: "nowhere" }, token)
      assert.strictEqual(error?.code, status.NOT_FOUND)
      assert.strictEqual(error?.details, "There is no such channel")
      assert.strictEqual(code(yield* client.unary("Describe", { channel: "" }, token)), status.INVALID_ARGUMENT)
    }),
  )

  it.effect("watches a channel from a place on, and goes on with what happens", () =>
    Effect.gen(function* () {
      const { client2 } = yield* TestServer
      const client = yield* chat
      const token = yield* signedIn(client, "carl")
      yield* client.ask("CreateChannel", { channel: "watched" }, token)
      for (const n of [1, 2]) yield* client.ask("Publish", { channel: "watched", id: `w-${n}`, content: `${n}` }, token)
      const watching = client.reading("Watch", { channel: "watched", after: 1 }, token)
      assert.deepInclude(yield* watching.until("message"), { seq: 2, content: "2", from: "carl" })
      const dora = yield* client2()
      yield* enter(dora, "dora", "watched")
      yield* dora.ask({ type: "Publish", channel: "watched", id: "w-3", content: "3" }, "Published")
      assert.deepInclude(yield* watching.until("message"), { seq: 3, content: "3", from: "dora" })
      watching.stream.cancel()
      assert.strictEqual((yield* watching.ended).code, status.CANCELLED)
    }),
  )

  it.effect("reads all of a history, page by page", () =>
    Effect.gen(function* () {
      const client = yield* chat
      const token = yield* signedIn(client, "eve")
      yield* client.ask("CreateChannel", { channel: "long" }, token)
      for (let n = 1; n <= 7; n++) yield* client.ask("Publish", { channel: "long", id: `l-${n}`, content: "x" }, token)
      const reading = client.reading("ReadHistory", { channel: "long", limit: 3 }, token)
      const lengths: Array<number> = []
      for (let page = yield* reading.next; page !== undefined; page = yield* reading.next) {
        lengths.push((page["entries"] as ReadonlyArray<object>).length)
      }
      assert.deepStrictEqual(lengths, [3, 3, 1])
      assert.strictEqual((yield* reading.ended).code, status.OK)
    }),
  )

  it.effect("takes a file in parts, and gives it back", () =>
    Effect.gen(function* () {
      const client = yield* chat
      const token = yield* signedIn(client, "fay")
      yield* client.ask("CreateChannel", { channel: "files" }, token)
      const bytes = Buffer.alloc(200_000, "natter")
      const { answer, error } = yield* Effect.callback<Called>((resume) => {
        const call = client.writing("UploadFile", token, (called) => resume(Effect.succeed(called)))
        call.write({ start: { channel: "files", name: "a.bin", size: bytes.length } })
        for (let at = 0; at < bytes.length; at += 50_000) call.write({ data: bytes.subarray(at, at + 50_000) })
        call.end()
      })
      assert.isUndefined(error)
      const file = answer!["file"]
      yield* client.ask("Publish", { channel: "files", id: "f-1", content: "", file }, token)
      const reading = client.reading("DownloadFile", { channel: "files", file, offset: 100_000 }, token)
      assert.deepInclude(yield* reading.until("opened"), { name: "a.bin", size: 200_000 })
      const parts: Array<Buffer> = []
      for (let part = yield* reading.next; part !== undefined; part = yield* reading.next) {
        parts.push(part["data"] as Buffer)
      }
      assert.isTrue(Buffer.concat(parts).equals(bytes.subarray(100_000)))
    }),
  )

  it.effect("is a whole session, in which others are heard", () =>
    Effect.gen(function* () {
      const { client2, sessions } = yield* TestServer
      const client = yield* chat
      const token = yield* signedIn(client, "gil")
      const before = sessions.count()
      const session = client.both("Session", token)
      assert.deepInclude(yield* session.until("logged_in"), { username: "gil", role: "member" })
      session.say({ ref: 7, join: { channel: "hall" } })
      const joined = (yield* session.next)!
      assert.strictEqual(joined["ref"], 7)
      assert.deepInclude(joined["joined"] as object, { channel: "hall", count: 1 })
      assert.deepInclude((joined["joined"] as { members: ReadonlyArray<object> }).members[0], { username: "gil" })
      const hal = yield* client2()
      yield* enter(hal, "hal", "hall")
      yield* hal.ask({ type: "Publish", channel: "hall", id: "h-1", content: "hi, gil" }, "Published")
      assert.deepInclude(yield* session.until("message"), { channel: "hall", content: "hi, gil", from: "hal", seq: 1 })
      session.say({ ref: 8, publish: { channel: "hall", id: "g-1", content: "hi" } })
      assert.deepInclude(yield* session.until("published"), { id: "g-1", seq: 2 })
      session.say({ ref: 9, describe: { channel: "nowhere" } })
      assert.deepInclude(yield* session.until("error"), { name: "NoSuchChannel" })
      session.end()
      assert.strictEqual((yield* session.ended).code, status.OK)
      assert.strictEqual(sessions.count(), before + 1)
    }),
  )
})

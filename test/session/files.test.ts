/** Files in version 2, as the server's side has them: frames in, frames out. */
import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { FileId } from "../../src/domain/FileId.ts"
import { Sha256 } from "../../src/domain/Sha256.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"
import type { TestClient2, Terms } from "../../src/testing/TestClient.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { calm, member1, user2 } from "../suites/transportWorld.ts"

const chunk = 32 * 1024
/** Of what is read. */
const window = 4 * 1024 * 1024
const channel = ChannelName.make("den")

const bytesOf = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  let state = size + 1
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}
const hashOf = (bytes: Uint8Array) => Sha256.make(createHash("sha256").update(bytes).digest("hex"))

const settings: Settings = { ...calm, hub: { ...calm.hub, publishing: undefined } }

const test = (
  name: string,
  run: (server: TestServer["Service"]) => Effect.Effect<void, unknown, Scope.Scope>,
  more: Settings = {},
) => it.effect(name, () => Effect.flatMap(TestServer, run).pipe(Effect.scoped, Effect.provide(layer(more))))

const layer = (more: Settings) => TestServer.layerMemory({ ...settings, ...more })

const member = Effect.fnUntraced(function* (server: TestServer["Service"], name: string, terms?: Terms) {
  const client = yield* user2(server, name, terms)
  yield* client.ask({ type: "Join", channel }, "Joined")
  return client
})

const start = (client: TestClient2, size: number, more: object = {}) =>
  client.ask(
    { type: "StartUpload", channel, name: "a/b/tea.txt", size, media_type: "Text/Plain; x=1", ...more },
    "Upload",
  )

/** Sends bytes in chunks, without looking at what is acknowledged: they are fewer than the window. */
const sendAll = (client: TestClient2, file: FileId, bytes: Uint8Array, offset = 0) =>
  Effect.forEach(
    Array.from({ length: Math.ceil((bytes.length - offset) / chunk) }, (_, n) => offset + n * chunk),
    (at) => client.send({ type: "UploadChunk", file, offset: at, data: bytes.subarray(at, at + chunk) }),
    { discard: true },
  )

const upload = Effect.fnUntraced(function* (client: TestClient2, bytes: Uint8Array, size = chunk) {
  const { file, window } = yield* start(client, bytes.length)
  let safe = 0
  for (let at = 0; at < bytes.length; at += size) {
    while (at + size > safe + window) safe = (yield* client.until("UploadProgress")).offset
    yield* client.send({ type: "UploadChunk", file, offset: at, data: bytes.subarray(at, at + size) })
  }
  return yield* client.until("Uploaded")
})

/** Uploads a file and says it. */
const said = Effect.fnUntraced(function* (client: TestClient2, bytes: Uint8Array) {
  const { file } = yield* upload(client, bytes)
  yield* client.ask({ type: "Publish", channel, id: file, content: "", file }, "Published")
  return file
})

/** What comes of an opened file, acknowledged as it comes. */
const receive = Effect.fnUntraced(function* (client: TestClient2, file: FileId, size: number, offset = 0) {
  const pieces: Array<Uint8Array> = []
  let at = offset
  while (at < size) {
    const next = yield* client.until("FileChunk")
    assert.strictEqual(next.offset, at)
    pieces.push(next.data)
    at += next.data.length
    yield* client.send({ type: "FileAck", file, offset: at })
  }
  return Buffer.concat(pieces)
})

describe.each(["json", "msgpack"] as const)("in %s", (codec) => {
  const terms = { codecs: [codec] }

  test("a file is sent, said and read, byte for byte", (server) =>
    Effect.gen(function* () {
      const bytes = bytesOf(300_001)
      const ann = yield* member(server, "ann", terms)
      const bob = yield* member(server, "bob", terms)
      const { file, ...upload } = yield* start(ann, bytes.length)
      assert.deepInclude(upload, {
        type: "Upload",
        channel,
        offset: 0,
        size: 300_001,
        chunk,
        window: 512 * 1024,
      })
      yield* sendAll(ann, file, bytes)
      const about = { name: "tea.txt", size: 300_001, media_type: "text/plain", sha256: hashOf(bytes) }
      assert.deepStrictEqual<unknown>(yield* ann.until("Uploaded"), { type: "Uploaded", file, ...about })
      yield* ann.ask({ type: "Publish", channel, id: "m-1", content: "Tea", file }, "Published")
      const message = yield* bob.until("Message")
      assert.deepInclude(message, { content: "Tea", file: { id: file, ...about } })
      const { entries } = yield* bob.ask({ type: "History", channel }, "HistoryPage")
      assert.deepInclude(entries[0], { type: "Message", file: { id: file, ...about } })
      const opened = yield* bob.ask({ type: "Download", channel, file }, "Opened")
      assert.deepInclude(opened, { file, ...about, offset: 0, window })
      assert.deepStrictEqual(Buffer.from(yield* receive(bob, file, bytes.length)), Buffer.from(bytes))
      yield* bob.ask({ type: "Download", channel, file, offset: 299_999 }, "Opened")
      assert.deepStrictEqual(yield* receive(bob, file, bytes.length, 299_999), Buffer.from(bytes.subarray(299_999)))
    }))

  test("one without bytes is whole at once", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann", terms)
      const { file, offset, size } = yield* start(ann, 0)
      assert.deepStrictEqual([offset, size], [0, 0])
      assert.strictEqual((yield* ann.until("Uploaded")).sha256, hashOf(new Uint8Array(0)))
      yield* ann.ask({ type: "Publish", channel, id: "m-1", content: "", file }, "Published")
      yield* ann.ask({ type: "Download", channel, file }, "Opened")
    }))

  test("it goes on in another session where it was cut", (server) =>
    Effect.gen(function* () {
      const bytes = bytesOf(60 * chunk + 1)
      const { file, safe } = yield* Effect.scoped(
        Effect.gen(function* () {
          const ann = yield* member(server, "ann", terms)
          const { file } = yield* start(ann, bytes.length)
          yield* sendAll(ann, file, bytes.subarray(0, 40 * chunk))
          const { offset } = yield* ann.until("UploadProgress")
          return { file, safe: offset }
        }),
      )
      const ann = yield* member(server, "ann", terms)
      const { offset } = yield* ann.ask({ type: "ResumeUpload", channel, file }, "Upload")
      assert.isAtLeast(offset, safe)
      yield* sendAll(ann, file, bytes, offset)
      assert.strictEqual((yield* ann.until("Uploaded")).sha256, hashOf(bytes))
      // Whoever did not hear that asks again.
      const again = yield* ann.ask({ type: "ResumeUpload", channel, file }, "Upload")
      assert.strictEqual(again.offset, bytes.length)
      assert.strictEqual((yield* ann.until("Uploaded")).sha256, hashOf(bytes))
    }))
})

describe("an upload", () => {
  test("is refused with the reason, and what still comes is passed over", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bytes = bytesOf(10 * chunk)
      for (const [offset, length, reason] of [
        [1, chunk, "WrongOffset"],
        [0, chunk + 1, "InvalidFrame"],
      ] as const) {
        const { file } = yield* start(ann, bytes.length)
        yield* ann.send({ type: "UploadChunk", file, offset, data: bytes.subarray(0, length) })
        assert.deepInclude(yield* ann.until("UploadFailed"), { file, reason, retryable: false })
        yield* sendAll(ann, file, bytes)
        yield* ann.ask({ type: "CancelUpload", channel, file }, "Ok")
      }
      const { file } = yield* start(ann, 10)
      yield* ann.send({ type: "UploadChunk", file, offset: 0, data: bytes.subarray(0, 11) })
      assert.deepInclude(yield* ann.until("UploadFailed"), { file, reason: "FileTooLarge" })
      // Nothing was said of chunks that came late.
      yield* ann.send({ type: "Ping", sequence: 9 })
      assert.strictEqual((yield* ann.next).type, "Pong")
    }))

  test("that is not what was announced is gone", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bytes = bytesOf(1000)
      const { file } = yield* start(ann, bytes.length, { sha256: hashOf(bytesOf(999)) })
      yield* sendAll(ann, file, bytes)
      assert.deepInclude(yield* ann.until("UploadFailed"), { file, code: 335, reason: "HashMismatch" })
      yield* ann.send({ type: "ResumeUpload", ref: 77, channel, file })
      assert.deepInclude(yield* ann.until("Error"), { ref: 77, name: "NoSuchFile" })
    }))

  test("is nobody else's, and can be called off", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bob = yield* member(server, "bob")
      const bytes = bytesOf(3 * chunk)
      const { file } = yield* start(ann, bytes.length)
      yield* bob.send({ type: "ResumeUpload", ref: 77, channel, file })
      assert.deepInclude(yield* bob.until("Error"), { ref: 77, name: "NoSuchFile" })
      // Chunks of what one has not begun are of no file.
      yield* bob.send({ type: "UploadChunk", file, offset: 0, data: bytes.subarray(0, chunk) })
      assert.deepInclude(yield* bob.until("Error"), { name: "NoSuchFile" })
      yield* sendAll(ann, file, bytes.subarray(0, chunk))
      yield* ann.ask({ type: "CancelUpload", channel, file }, "Ok")
      yield* ann.send({ type: "Publish", ref: 78, channel, id: "m-1", content: "", file })
      assert.deepInclude(yield* ann.until("Error"), { ref: 78, name: "NoSuchFile" })
    }))

  test("there are four at once in a session, of each kind", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const file = yield* said(ann, bytesOf(4 * window))
      for (let n = 0; n < 4; n++) yield* start(ann, 10)
      yield* ann.send({ type: "StartUpload", ref: 77, channel, name: "x", size: 1 })
      assert.deepInclude(yield* ann.until("Error"), { ref: 77, name: "RateLimited", retry_after: 1000 })
      // The same again takes the place of the one before.
      for (let n = 0; n < 6; n++) yield* ann.ask({ type: "Download", channel, file }, "Opened")
    }))

  test(
    "leaves nothing behind where there is no memory for it, nor where four have begun in other channels meanwhile",
    (server) =>
      Effect.gen(function* () {
        const ann = yield* member(server, "ann")
        const bob = yield* member(server, "bob")
        const begun = yield* Effect.replicateEffect(start(bob, 10 * chunk), 4)
        for (let n = 0; n < 4; n++) {
          yield* ann.send({ type: "StartUpload", ref: 77, channel, name: "x", size: 10 * chunk })
          assert.deepInclude(yield* ann.until("Error"), { ref: 77, name: "RateLimited", retry_after: 5000 })
        }
        for (const { file } of begun) yield* bob.ask({ type: "CancelUpload", channel, file }, "Ok")
        const dens = ["one", "two", "three", "four", "five"]
        for (const den of dens) yield* ann.ask({ type: "Join", channel: den }, "Joined")
        yield* ann.send(
          ...dens.map((den, n) => ({ type: "StartUpload", ref: n, channel: den, name: "x", size: 1 }) as const),
        )
        const answers: Array<string> = []
        while (answers.length < dens.length) {
          const next = yield* ann.next
          if ("ref" in next) answers.push(next.type === "Error" ? next.name : next.type)
        }
        assert.deepStrictEqual(answers.toSorted(), ["RateLimited", "Upload", "Upload", "Upload", "Upload"])
      }),
    { files: { memory: 1024 * 1024, uploads: 5 } },
  )

  test(
    "two thousand chunks count as no frames, and small ones do",
    (server) =>
      Effect.gen(function* () {
        const ann = yield* member(server, "ann")
        yield* upload(ann, bytesOf(2000 * 4096), 4096)
        const { file } = yield* start(ann, 1000)
        const refused = yield* Effect.gen(function* () {
          for (let at = 0; at < 300; at++) {
            yield* ann.send({ type: "UploadChunk", file, offset: at, data: Uint8Array.of(1) })
          }
          return yield* ann.until("Error")
        })
        assert.strictEqual(refused.name, "RateLimited")
      }),
    { session: { ...calm.session, frames: { burst: 200, perSecond: 100 } } },
  )

  test("ends when the channel is gone, and what has come does not make it a file", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bytes = bytesOf(5 * chunk)
      const { file } = yield* start(ann, bytes.length)
      yield* sendAll(ann, file, bytes.subarray(0, chunk))
      yield* ann.ask({ type: "Leave", channel }, "Left")
      yield* TestClock.adjust("2 seconds")
      yield* ann.send({ type: "UploadChunk", file, offset: chunk, data: bytes.subarray(chunk, 2 * chunk) })
      assert.deepInclude(yield* ann.until("UploadFailed"), { file, reason: "NotMember" })
    }))
})

describe("a download", () => {
  test("never goes beyond the window", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bytes = bytesOf(window + 10 * chunk)
      const file = yield* said(ann, bytes)
      yield* ann.ask({ type: "Download", channel, file }, "Opened")
      const come = Effect.gen(function* () {
        const frames: Array<ServerFrame> = []
        // It has sent all that it may when nothing more comes within a turn: a ping is answered behind that.
        for (let n = 0; n < window / chunk; n++) frames.push(yield* ann.until("FileChunk"))
        return frames
      })
      yield* come
      yield* ann.send({ type: "Ping", sequence: 1 })
      assert.strictEqual((yield* ann.next).type, "Pong")
      yield* ann.send({ type: "FileAck", file, offset: chunk })
      assert.deepInclude(yield* ann.next, { type: "FileChunk", offset: window })
      yield* ann.ask({ type: "CloseDownload", file }, "Ok")
    }))

  test("is for who may read, of what a message carries", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bob = yield* member(server, "bob")
      const { file } = yield* upload(ann, bytesOf(10))
      yield* bob.send({ type: "Download", ref: 71, channel, file })
      assert.deepInclude(yield* bob.until("Error"), { ref: 71, name: "NoSuchFile" })
      yield* ann.ask({ type: "Publish", channel, id: "m-1", content: "", file }, "Published")
      yield* bob.send({ type: "Download", ref: 72, channel, file, offset: 11 })
      assert.deepInclude(yield* bob.until("Error"), { ref: 72, name: "WrongOffset" })
      yield* bob.ask({ type: "Download", channel, file }, "Opened")
      yield* bob.send({ type: "Download", ref: 73, channel: "lobby", file })
      assert.deepInclude(yield* bob.until("Error"), { ref: 73, name: "NoSuchFile" })
    }))

  test("that was refused with its message can be read, said and called off as before", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bob = yield* member(server, "bob")
      yield* ann.ask({ type: "Configure", channel, slow_mode: 5_000 }, "Ok")
      const bytes = bytesOf(10)
      const { file } = yield* upload(bob, bytes)
      yield* bob.ask({ type: "Publish", channel, id: "words", content: "wait for it" }, "Published")
      const say = { type: "Publish", channel, id: file, content: "", file } as const
      yield* bob.send({ ...say, ref: 71 })
      assert.deepInclude(yield* bob.until("Error"), { ref: 71, name: "SlowMode" })
      // A message that is taken away takes the files with it that no other carries.
      yield* ann.ask({ type: "Delete", channel, id: "gone", target: 1 }, "Published")
      yield* bob.ask({ type: "Download", channel, file }, "Opened")
      assert.deepStrictEqual(yield* receive(bob, file, bytes.length), Buffer.from(bytes))
      yield* TestClock.adjust("5 seconds")
      yield* bob.ask(say, "Published")
    }))

  test("ends when its message is deleted", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bob = yield* member(server, "bob")
      const file = yield* said(ann, bytesOf(2 * window))
      const { seq } = yield* bob.until("Message")
      yield* bob.ask({ type: "Download", channel, file }, "Opened")
      yield* ann.ask({ type: "Delete", channel, id: "d-1", target: seq }, "Published")
      yield* TestClock.adjust("2 seconds")
      yield* bob.send({ type: "FileAck", file, offset: chunk })
      assert.deepInclude(yield* bob.until("DownloadFailed"), { file, code: 330, reason: "NoSuchFile" })
    }))

  test("lets whatever else there is to tell come first", (server) =>
    Effect.gen(function* () {
      const ann = yield* member(server, "ann")
      const bob = yield* member(server, "bob")
      const file = yield* said(ann, bytesOf(window))
      yield* bob.until("Message")
      yield* bob.ask({ type: "Download", channel, file }, "Opened")
      yield* ann.ask({ type: "Publish", channel, id: "m-2", content: "hello" }, "Published")
      let chunks = 0
      while (true) {
        const next = yield* bob.next
        if (next.type === "Message") break
        chunks++
      }
      // What the link had taken, and what waited in the outbox: not the file.
      assert.isBelow(chunks, 10)
    }))
})

describe("version 1", () => {
  test("is told of a file in words", (server) =>
    Effect.gen(function* () {
      const ann = yield* user2(server, "ann")
      yield* ann.ask({ type: "Join", channel: "lobby" }, "Joined")
      const bob = yield* member1(server, "bob")
      const { file } = yield* ann.ask({ type: "StartUpload", channel: "lobby", name: "tea.jpg", size: 2000 }, "Upload")
      yield* sendAll(ann, file, bytesOf(2000))
      yield* ann.until("Uploaded")
      yield* ann.ask({ type: "Publish", channel: "lobby", id: "m-1", content: "", file }, "Published")
      assert.strictEqual((yield* bob.until("ChatMessage")).content, "[file: tea.jpg, 2 KiB]")
    }))
})

it.effect("a service without files says so", () =>
  Effect.gen(function* () {
    const ann = yield* member(yield* TestServer, "ann")
    yield* ann.send({ type: "StartUpload", ref: 77, channel, name: "x", size: 1 })
    assert.deepInclude(yield* ann.until("Error"), { ref: 77, name: "NotSupported" })
  }).pipe(Effect.scoped, Effect.provide(Layer.fresh(layer({ files: { enabled: false } })))),
)

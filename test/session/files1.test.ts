/** Files in version 1 over real sockets: large ones, slow readers, and who sends what nobody wants. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createHash } from "node:crypto"
import { defaults } from "../../src/chat/transfers/TransferSettings.ts"
import { defaultBounds } from "../../src/hub/audience/Outbox.ts"
import type { Message } from "../client/chapterMessages.ts"
import { chapterClient, type ChapterClient } from "../suites/ChapterClient.ts"
import { eventually, live, nextTurn, tcp } from "../suites/transportWorld.ts"

type Server = Parameters<typeof chapterClient>[0]

const MiB = 1024 * 1024
/** The same each time, and like no other part of itself. */
const bytesOf = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 32) {
    bytes.set(
      createHash("sha256")
        .update(`${at}`)
        .digest()
        .subarray(0, Math.min(32, length - at)),
      at,
    )
  }
  return bytes
}
/** As much as fits into a frame, as numbers. */
const chunkBytes = 16_000

const says = (content: string): Message => ({ type: "ChatMessage", from: "", content, timestamp: 0 })

const accepted = Effect.fnUntraced(function* (server: Server, size: number, takers: ReadonlyArray<string> = ["bob"]) {
  const ann = yield* chapterClient(server, "ann")
  const others = yield* Effect.forEach(takers, (name) => chapterClient(server, name))
  yield* ann.send({ type: "FileTransferRequest", filename: "large.bin", size, from: "" })
  for (const other of others) {
    yield* other.until("FileTransferRequest")
    yield* other.send({ type: "FileTransferResponse", accept: true, transfer_id: null })
    assert.isTrue((yield* other.said).accept)
  }
  const { transfer_id } = yield* ann.until("FileTransferResponse")
  return { ann, others, bob: others[0]!, id: String(transfer_id) }
})

/** What waits for those who take files. */
const waiting = (server: Server) => server.sessions.figures().waiting.files

describe("files in version 1, over TCP", () => {
  live("several MiB arrive byte for byte, at who reads fast and at who reads slowly", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const bytes = bytesOf(4 * MiB)
      const { ann, bob, id, others } = yield* accepted(server, bytes.byteLength, ["bob", "cat"])
      let most = 0
      const slowly = Effect.andThen(
        Effect.sync(() => void (most = Math.max(most, waiting(server)))),
        Effect.andThen(nextTurn, nextTurn),
      )
      const taking = yield* Effect.forkChild(
        Effect.all([bob.takeFile(id), others[1]!.takeFile(id, slowly)], { concurrency: 2 }),
      )
      yield* ann.sendFile(id, bytes, chunkBytes)
      for (const taken of yield* Fiber.join(taking)) {
        assert.isTrue(taken.success)
        assert.isTrue(taken.bytes.equals(bytes))
      }
      assert.deepStrictEqual(yield* ann.said, { type: "FileTransferComplete", transfer_id: id, success: true })
      // Of each of the two, with a frame that had no room.
      assert.isAtMost(most, 2 * (defaultBounds.files + 64 * 1024))
    }),
  )

  live(
    "no more are offered at once than the settings say",
    tcp.layer({ transfers: { ...defaults, sending: 1 } }),
    (server) =>
      Effect.gen(function* () {
        const ann = yield* chapterClient(server, "ann")
        const bob = yield* chapterClient(server, "bob")
        const offer = { type: "FileTransferRequest", filename: "a.bin", size: 10, from: "" }
        yield* ann.send(offer, offer)
        yield* bob.until("FileTransferRequest")
        assert.deepInclude(yield* ann.until("Error"), { code: 409 })
      }),
  )

  live("who reads nothing holds up who sends, and nobody's words", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const bytes = bytesOf(8 * MiB)
      const { ann, bob, id } = yield* accepted(server, bytes.byteLength)
      const cat = yield* chapterClient(server, "cat")
      yield* ann.until("UserJoined")
      const sending = yield* Effect.forkChild(ann.sendFile(id, bytes, chunkBytes))
      yield* eventually(
        "there is no room for another chunk",
        Effect.sync(() => waiting(server) > defaultBounds.files - 64 * 1024),
      )
      yield* cat.send(says("is anybody there?"))
      assert.strictEqual((yield* cat.said).content, "is anybody there?")
      assert.strictEqual((yield* ann.said).content, "is anybody there?")
      assert.isUndefined(sending.pollUnsafe())
      // What was said goes before what waits of the file.
      const heard: Array<string> = []
      const pieces: Array<Uint8Array> = []
      while (heard.at(-1) !== "FileTransferComplete") {
        const message = yield* bob.next
        heard.push(message.type)
        if (message.type === "FileChunk") pieces.push(Uint8Array.from(message.data as ReadonlyArray<number>))
      }
      yield* Fiber.join(sending)
      assert.isTrue(Buffer.concat(pieces).equals(bytes))
      const behind = heard.slice(heard.indexOf("ChatMessage")).filter((type) => type === "FileChunk")
      assert.isAbove(behind.length, 2)
    }),
  )

  live("a file goes on while others flood with chunks that are nobody's", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const bytes = bytesOf(MiB)
      const { ann, bob, id } = yield* accepted(server, bytes.byteLength)
      const eve = yield* chapterClient(server, "eve")
      const taking = yield* Effect.forkChild(bob.takeFile(id))
      const flood = Array.from({ length: 400 }, (_, n) => ({
        type: "FileChunk",
        transfer_id: n % 2 === 0 ? id : `guess ${n}`,
        chunk_id: n,
        data: [n & 255],
      }))
      const flooding = yield* Effect.forkChild(Effect.ignore(eve.send(...flood)))
      yield* ann.sendFile(id, bytes, chunkBytes)
      const taken = yield* Fiber.join(taking)
      assert.isTrue(taken.success)
      assert.isTrue(taken.bytes.equals(bytes))
      yield* Fiber.join(flooding)
      const last = yield* lastWords(eve)
      assert.deepStrictEqual(last, { type: "Error", code: 429, message: "Kept sending over the limit" })
    }),
  )

  live("who floods with offers is shown the door, and the others are shown few of them", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* chapterClient(server, "ann")
      const bob = yield* chapterClient(server, "bob")
      const offers = Array.from({ length: 400 }, (_, n) => ({
        type: "FileTransferRequest",
        filename: `${n}`,
        size: n,
        from: "bob",
      }))
      const flooding = yield* Effect.forkChild(Effect.ignore(ann.send(...offers)))
      assert.strictEqual((yield* lastWords(ann)).code, 429)
      yield* Fiber.join(flooding)
      let shown = 0
      let message = yield* bob.next
      while (message.type !== "UserLeft") {
        assert.strictEqual(message.type, "FileTransferRequest")
        shown++
        message = yield* bob.next
      }
      assert.strictEqual(shown, 4)
      // With who made them the offers have gone.
      yield* bob.send({ type: "FileTransferResponse", accept: true, transfer_id: null })
      assert.strictEqual((yield* bob.said).code, 404)
    }),
  )
})

/** What it is told last, before the connection ends. */
const lastWords = (client: ChapterClient): Effect.Effect<Message, unknown> =>
  Effect.gen(function* () {
    let last: Message = { type: "" }
    while (true) {
      const next = yield* Effect.option(client.next)
      if (next._tag === "None") return last
      last = next.value
    }
  })

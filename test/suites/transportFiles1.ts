import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import type { Message } from "../client/chapterMessages.ts"
import { chapterClient, type ChapterClient } from "./ChapterClient.ts"
import { expectNothing, live, member2, type World } from "./transportWorld.ts"

type Server = Parameters<typeof chapterClient>[0]

const error = (code: number, message: string) => ({ type: "Error", code, message })
const noTransfer = error(404, "No such file transfer")
const chunk = (transfer_id: string, chunk_id: number, data: ReadonlyArray<number>): Message => ({
  type: "FileChunk",
  transfer_id,
  chunk_id,
  data,
})
const complete = (transfer_id: string, success: boolean): Message => ({
  type: "FileTransferComplete",
  transfer_id,
  success,
})
const offer = (filename: string, size: number): Message => ({ type: "FileTransferRequest", filename, size, from: "?" })
const respond = (accept: boolean, transfer_id: string | null = null): Message => ({
  type: "FileTransferResponse",
  accept,
  transfer_id,
})

/** Nothing else has come before the answer to a ping. */
const silent = Effect.fnUntraced(function* (client: ChapterClient) {
  yield* client.send({ type: "Ping" })
  assert.deepStrictEqual(yield* client.said, { type: "Pong" })
})

/** Ann has offered a file, and the others have been shown that. */
const offered = Effect.fnUntraced(function* (server: Server, others: ReadonlyArray<string>, size: number) {
  const ann = yield* chapterClient(server, "ann")
  const rest = yield* Effect.forEach(others, (name) => chapterClient(server, name))
  yield* ann.send(offer("tea.bin", size))
  const ids = new Set<string>()
  for (const other of rest) {
    const { transfer_id, ...shown } = yield* other.said
    assert.deepStrictEqual<unknown>(shown, { type: "FileTransferRequest", filename: "tea.bin", size, from: "ann" })
    ids.add(String(transfer_id))
  }
  assert.strictEqual(ids.size, 1)
  const [id] = ids
  return { ann, rest, id: id! }
})

/** And one other takes it. */
const accepted = Effect.fnUntraced(function* (server: Server, size: number) {
  const { ann, id, rest } = yield* offered(server, ["bob"], size)
  const bob = rest[0]!
  yield* bob.send(respond(true))
  assert.deepStrictEqual(yield* ann.said, respond(true, id))
  assert.deepStrictEqual(yield* bob.said, respond(true, id))
  return { ann, bob, id }
})

const randomBytes = (length: number) => Uint8Array.from({ length }, (_, n) => (n * 2_654_435_761) >>> 24)

/** What a client did that was wrong, and what both are told. */
const wrongs: ReadonlyArray<readonly [string, (id: string) => ReadonlyArray<Message>, string]> = [
  [
    "a chunk is left out",
    (id) => [chunk(id, 0, [1]), chunk(id, 2, [2])],
    "Chunk 2 of tea.bin came where 1 was to come",
  ],
  ["it does not begin with 0", (id) => [chunk(id, 1, [1])], "Chunk 1 of tea.bin came where 0 was to come"],
  ["a chunk comes again", (id) => [chunk(id, 0, [1]), chunk(id, 0, [1])], "Chunk 0 of tea.bin came again"],
  [
    "more comes than was announced",
    (id) => [chunk(id, 0, [1, 2]), chunk(id, 1, [3, 4])],
    "tea.bin has more than the 3 bytes that were announced",
  ],
  ["less comes", (id) => [chunk(id, 0, [1, 2]), complete(id, true)], "tea.bin ended behind 2 of its 3 bytes"],
  ["nothing comes", (id) => [complete(id, true)], "tea.bin ended behind 0 of its 3 bytes"],
]

/** Files in version 1, between clients that know no more than the chapter's types. */
export const files1 = ({ isOneOfMany, layer }: World): void => {
  live("a file goes from one to the other, byte for byte", layer(), (server) =>
    Effect.gen(function* () {
      const bytes = randomBytes(200_000)
      const { ann, bob, id } = yield* accepted(server, bytes.byteLength)
      const taking = yield* Effect.forkChild(bob.takeFile(id))
      yield* ann.sendFile(id, bytes, 9000)
      const taken = yield* Fiber.join(taking)
      assert.isTrue(taken.success)
      assert.isTrue(taken.bytes.equals(bytes))
      assert.deepStrictEqual(yield* ann.said, complete(id, true))
      yield* silent(ann)
      yield* silent(bob)
    }),
  )

  live("an empty file is complete at once", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* accepted(server, 0)
      yield* ann.send(complete(id, true))
      assert.deepStrictEqual(yield* bob.said, complete(id, true))
      assert.deepStrictEqual(yield* ann.said, complete(id, true))
    }),
  )

  live("all who take it get it; who offers it is told the first time; who comes late is told so", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, id, rest } = yield* offered(server, ["bob", "cat", "dan", "eve"], 4)
      const [bob, cat, dan, eve] = rest as [ChapterClient, ChapterClient, ChapterClient, ChapterClient]
      for (const taker of [bob, cat]) {
        yield* taker.send(respond(true))
        assert.deepStrictEqual(yield* taker.said, respond(true, id))
      }
      yield* dan.send(respond(false))
      yield* silent(dan)
      assert.deepStrictEqual(yield* ann.said, respond(true, id))
      yield* ann.send(chunk(id, 0, [1, 2]))
      for (const taker of [bob, cat]) assert.deepStrictEqual(yield* taker.said, chunk(id, 0, [1, 2]))
      yield* eve.send(respond(true))
      assert.deepStrictEqual(yield* eve.said, error(404, "The offer of tea.bin has ended"))
      yield* ann.send(chunk(id, 1, [3, 4]), complete(id, true))
      for (const taker of [bob, cat]) {
        assert.deepStrictEqual(yield* taker.said, chunk(id, 1, [3, 4]))
        assert.deepStrictEqual(yield* taker.said, complete(id, true))
      }
      assert.deepStrictEqual(yield* ann.said, complete(id, true))
      for (const other of [ann, dan, eve]) yield* silent(other)
    }),
  )

  live("who offers a file is told when everybody has refused it, or gone", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, rest } = yield* offered(server, ["bob", "cat"], 4)
      const [bob, cat] = rest as [ChapterClient, ChapterClient]
      yield* bob.send(respond(false))
      yield* silent(bob)
      yield* silent(ann)
      yield* cat.link.end
      assert.deepStrictEqual(yield* ann.said, respond(false))
      yield* bob.send(respond(true))
      assert.deepStrictEqual(yield* bob.said, noTransfer)
    }),
  )

  live("an answer is to the last offer that was shown, or to the one that it names", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, id: first, rest } = yield* offered(server, ["bob"], 1)
      const bob = rest[0]!
      const shown = Effect.fnUntraced(function* (name: string) {
        yield* ann.send(offer(name, 1))
        const { filename, transfer_id } = yield* bob.said
        assert.strictEqual(filename, name)
        return String(transfer_id)
      })
      const second = yield* shown("b")
      const third = yield* shown("c")
      const taken = Effect.fnUntraced(function* (answer: Message, id: string) {
        yield* bob.send(answer)
        assert.deepStrictEqual(yield* bob.said, respond(true, id))
        assert.deepStrictEqual(yield* ann.said, respond(true, id))
      })
      yield* taken(respond(true, second), second)
      yield* taken(respond(true), third)
      yield* taken(respond(true), first)
      yield* bob.send(respond(true), respond(true, second), respond(true, "made up"))
      assert.deepStrictEqual(yield* bob.said, noTransfer)
      assert.deepStrictEqual(yield* bob.said, error(409, "You have taken b already"))
      assert.deepStrictEqual(yield* bob.said, noTransfer)
      // They flow side by side, each with its own id.
      yield* ann.send(chunk(third, 0, [3]), chunk(first, 0, [1]), chunk(second, 0, [2]))
      for (const [id, byte] of [
        [third, 3],
        [first, 1],
        [second, 2],
      ] as const) {
        assert.deepStrictEqual(yield* bob.said, chunk(id, 0, [byte]))
      }
    }),
  )

  for (const [what, send, why] of wrongs) {
    live(`both are told why it has failed where ${what}`, layer(), (server) =>
      Effect.gen(function* () {
        const { ann, bob, id } = yield* accepted(server, 3)
        const frames = send(id)
        yield* ann.send(...frames)
        for (const right of frames.slice(0, -1)) assert.deepStrictEqual(yield* bob.said, right)
        for (const client of [ann, bob]) {
          assert.deepStrictEqual(yield* client.said, error(409, why))
          assert.deepStrictEqual(yield* client.said, complete(id, false))
        }
        // What was on its way then is nobody's any more.
        yield* ann.send(chunk(id, 1, [1]), chunk(id, 2, [1]), complete(id, true))
        yield* silent(ann)
        yield* silent(bob)
      }),
    )
  }

  for (const [how, no] of [
    ["an answer", (id: string) => respond(false, id)],
    ["an end", (id: string) => complete(id, false)],
  ] as const) {
    live(`whoever takes it may want no more of it, and says so by ${how}`, layer(), (server) =>
      Effect.gen(function* () {
        const { ann, bob, id } = yield* accepted(server, 3)
        yield* bob.send(no(id))
        assert.deepStrictEqual(yield* bob.said, complete(id, false))
        assert.deepStrictEqual(yield* ann.said, error(409, "bob does not take tea.bin any more"))
        assert.deepStrictEqual(yield* ann.said, complete(id, false))
      }),
    )
  }

  live("who sends may stop", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* accepted(server, 3)
      yield* ann.send(chunk(id, 0, [1]), complete(id, false))
      assert.deepStrictEqual(yield* bob.said, chunk(id, 0, [1]))
      assert.deepStrictEqual(yield* bob.said, error(409, "ann has stopped sending tea.bin"))
      assert.deepStrictEqual(yield* bob.said, complete(id, false))
      assert.deepStrictEqual(yield* ann.said, complete(id, false))
    }),
  )

  live("who takes it is told where its sender is gone", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* accepted(server, 3)
      yield* ann.send(chunk(id, 0, [1]))
      assert.deepStrictEqual(yield* bob.said, chunk(id, 0, [1]))
      yield* ann.link.abort
      assert.deepStrictEqual(yield* bob.said, error(409, "ann has gone"))
      assert.deepStrictEqual(yield* bob.said, complete(id, false))
    }),
  )

  live("who sends it is told where whoever took it is gone", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, bob, id } = yield* accepted(server, 3)
      yield* bob.link.abort
      assert.deepStrictEqual(yield* ann.said, error(409, "bob does not take tea.bin any more"))
      assert.deepStrictEqual(yield* ann.said, complete(id, false))
    }),
  )

  live("an offer ends with who made it", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, id, rest } = yield* offered(server, ["bob"], 1)
      const bob = rest[0]!
      yield* ann.link.abort
      yield* bob.until("UserLeft")
      yield* bob.send(respond(true, id))
      assert.deepStrictEqual(yield* bob.said, error(404, "The offer of tea.bin has ended"))
    }),
  )

  live("nobody else sends, takes or ends it, whatever id they name", layer(), (server) =>
    Effect.gen(function* () {
      const { ann, id, rest } = yield* offered(server, ["bob", "eve"], 3)
      const [bob, eve] = rest as [ChapterClient, ChapterClient]
      // Before anybody has taken it.
      yield* ann.send(chunk(id, 0, [1]), complete(id, true))
      for (let n = 0; n < 2; n++) assert.deepStrictEqual(yield* ann.said, noTransfer)
      yield* ann.send(respond(true, id))
      assert.deepStrictEqual(yield* ann.said, noTransfer)
      yield* bob.send(respond(true))
      yield* ann.said
      yield* bob.said
      yield* eve.send(respond(false))
      const strangers = [chunk(id, 0, [9]), complete(id, true), complete(id, false), respond(true, id)]
      for (const frame of strangers) {
        yield* eve.send(frame)
        assert.deepStrictEqual(yield* eve.said, noTransfer)
      }
      yield* bob.send(chunk(id, 0, [9]))
      assert.deepStrictEqual(yield* bob.said, noTransfer)
      // That it has come whole is for the server to say.
      yield* bob.send(complete(id, true))
      yield* silent(bob)
      yield* ann.send(chunk("another", 0, [9]))
      assert.deepStrictEqual(yield* ann.said, noTransfer)
      yield* ann.send(chunk(id, 0, [1, 2, 3]), complete(id, true))
      assert.deepStrictEqual(yield* bob.said, chunk(id, 0, [1, 2, 3]))
      assert.deepStrictEqual(yield* bob.said, complete(id, true))
      assert.deepStrictEqual(yield* ann.said, complete(id, true))
      yield* ann.send(chunk(id, 1, [4]))
      assert.deepStrictEqual(yield* ann.said, noTransfer)
    }),
  )

  live("a file is shown by the last part of its name, and as the sender's", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* chapterClient(server, "ann")
      const bob = yield* chapterClient(server, "bob")
      yield* ann.send({ type: "FileTransferRequest", filename: "../../etc/pass\0wd\u202e.txt", size: 1, from: "root" })
      const { filename, from } = yield* bob.said
      assert.deepStrictEqual({ filename, from }, { filename: "passwd.txt", from: "ann" })
    }),
  )

  live("version 2 is shown no offers, and whoever is alone has nobody to take it", layer(), (server) =>
    Effect.gen(function* () {
      const ann = yield* chapterClient(server, "ann")
      const bob = yield* member2(server, "bob", "lobby")
      yield* ann.until("UserJoined")
      yield* ann.send(offer("tea.bin", 1))
      // There may be somebody at another node, to whom such files do not go.
      if (isOneOfMany === true) assert.match(JSON.stringify(yield* ann.said), /"Error".*Nobody at your node/)
      assert.deepStrictEqual(yield* ann.said, respond(false))
      yield* expectNothing(bob)
    }),
  )

  live("who may say nothing offers nothing, and who is put out takes nothing", layer(), (server) =>
    Effect.gen(function* () {
      yield* server.accounts.add({ name: "root", password: Redacted.make("root's"), role: "admin" })
      const root = yield* member2(server, "root", "lobby")
      const { ann, bob, id } = yield* accepted(server, 3)
      yield* root.ask({ type: "Mute", channel: "lobby", username: "bob" }, "Ok")
      yield* bob.send(offer("mine", 1))
      assert.deepStrictEqual(yield* bob.said, error(403, "You are muted in this channel"))
      yield* root.ask({ type: "Kick", channel: "lobby", username: "bob" }, "Ok")
      assert.deepStrictEqual(yield* bob.said, error(403, "You were put out of the channel"))
      assert.deepStrictEqual(yield* ann.said, error(409, "bob does not take tea.bin any more"))
      assert.deepStrictEqual(yield* ann.said, complete(id, false))
    }),
  )

  live(
    "a file that is too large is not offered, and not too many at once",
    layer({ files: { maxBytes: 10 } }),
    (server) =>
      Effect.gen(function* () {
        const { ann, rest } = yield* offered(server, ["bob"], 10)
        yield* ann.send(offer("large", 11))
        assert.deepStrictEqual(yield* ann.said, error(413, "A file may have 10 bytes at most"))
        for (let n = 2; n <= 4; n++) yield* ann.send(offer(`${n}`, 1))
        yield* ann.send(offer("5", 1))
        assert.deepStrictEqual(yield* ann.said, error(409, "As many files as one may offer and send at once: 4"))
        // One that is refused makes room.
        for (let n = 2; n <= 4; n++) assert.strictEqual((yield* rest[0]!.said).filename, `${n}`)
        yield* rest[0]!.send(respond(false))
        assert.deepStrictEqual(yield* ann.said, respond(false))
        yield* ann.send(offer("6", 1))
        assert.strictEqual((yield* rest[0]!.said).filename, "6")
      }),
  )

  live("nobody is offered files where there are none", layer({ files: { enabled: false } }), (server) =>
    Effect.gen(function* () {
      const ann = yield* chapterClient(server, "ann")
      const bob = yield* chapterClient(server, "bob")
      yield* ann.send(offer("tea.bin", 1))
      assert.deepStrictEqual(yield* ann.said, respond(false))
      yield* silent(bob)
    }),
  )
}

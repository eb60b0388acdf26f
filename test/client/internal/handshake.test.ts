import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { byteStream } from "../../../src/client/byteStream.ts"
import { messages } from "../../../src/client/internal/handshake.ts"
import { catalog, Disconnect, type DisconnectReason } from "../../../src/domain/Disconnect.ts"
import * as Codec from "../../../src/protocol/Codec.ts"
import { disconnectFrame } from "../../../src/protocol/v2/ErrorFrame.ts"
import { linkOf } from "./fakes.ts"

/** Agrees with a server that answers with this; what was sent, and what came of it. */
const meet = (answer: object | Disconnect, codec: "json" | "msgpack" = "json") => {
  const sent: Array<unknown> = []
  const link = linkOf({
    take: answer instanceof Disconnect ? Effect.fail(answer) : Effect.succeed(Buffer.from(JSON.stringify(answer))),
    write: (bytes) => Effect.sync(() => void sent.push(JSON.parse(Buffer.from(bytes.subarray(4)).toString()))),
  })
  return { sent, terms: byteStream.handshake(link, "a program", codec) }
}

const refused = (answer: object | Disconnect) =>
  Effect.map(Effect.flip(meet(answer).terms), (error) => [
    error.reason as string,
    ...("detail" in error && error.detail !== undefined ? [error.detail] : []),
  ])

const agreed = { type: "Connect", client_id: "a program", version: "2.0" }

describe("agreeing on a version", () => {
  it.effect("asks for version 2 and nothing less", () =>
    Effect.gen(function* () {
      for (const codec of ["json", "msgpack"] as const) {
        const { sent, terms } = meet({ ...agreed, codec }, codec)
        const { encoding } = yield* terms
        assert.deepStrictEqual(sent, [
          {
            type: "Connect",
            client_id: "a program",
            version: "2.0",
            min_version: "2.0",
            codecs: [codec],
            capabilities: ["typing", "status", "resume"],
          },
        ])
        assert.strictEqual(String.fromCharCode(encoding.encode({ type: "Ping" })[4]!) === "{", codec === "json")
      }
    }),
  )

  it.effect("takes what the server says, and otherwise what holds without", () =>
    Effect.gen(function* () {
      const bare = yield* meet(agreed).terms
      assert.deepInclude(bare, { maxFrameBytes: 65_536, resumes: false, silence: undefined })
      const full = yield* meet({
        ...agreed,
        max_frame_bytes: 1000,
        capabilities: ["typing", "resume"],
        ping_after: 25_000,
        pong_within: 10_000,
      }).terms
      assert.deepInclude(full, { maxFrameBytes: 1000, resumes: true })
      // In half of the time for the answer its ping has come.
      assert.deepStrictEqual(full.silence, { pingAfter: Duration.seconds(30), pongWithin: Duration.seconds(5) })
      assert.isUndefined((yield* meet({ ...agreed, ping_after: 25_000 }).terms).silence)
      assert.isUndefined((yield* meet({ ...agreed, pong_within: 25_000 }).terms).silence)
      assert.isFalse((yield* meet({ ...agreed, capabilities: ["typing"] }).terms).resumes)
    }),
  )

  it.effect("knows a server of version 1 by its answers", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* refused({ ...agreed, version: "1.0" }), ["OldServer"])
      for (const code of [400, 401, 404, 405, 422, 501]) {
        assert.deepStrictEqual(yield* refused({ type: "Error", code, message: "What?" }), ["OldServer"], `${code}`)
      }
      // The words of a disconnect with such a status are those of an old server, too.
      assert.deepStrictEqual(yield* refused({ type: "Error", code: 401, message: catalog.NotAuthenticated.message }), [
        "OldServer",
      ])
    }),
  )

  it.effect("is refused as in version 1", () =>
    Effect.gen(function* () {
      for (const [code, message, reason] of [
        [400, catalog.UnsupportedVersion.message, "UnsupportedVersion"],
        [429, catalog.TooManyConnections.message, "TooManyConnections"],
        [503, catalog.ServerFull.message, "ServerFull"],
        [503, "Not today", "Internal"],
        [500, "Not today", "Internal"],
        [499, "Not today", "UnsupportedVersion"],
        [403, "Not you", "UnsupportedVersion"],
      ] as const) {
        assert.deepStrictEqual(yield* refused({ type: "Error", code, message }), [reason, message])
      }
      for (const reason of Object.keys(catalog) as Array<DisconnectReason>) {
        const { message } = catalog[reason]
        assert.deepStrictEqual(yield* refused({ type: "Disconnect", reason: message }), [reason, message])
      }
      assert.deepStrictEqual(yield* refused({ type: "Disconnect", reason: "Lunch" }), ["UnsupportedVersion", "Lunch"])
    }),
  )

  it.effect("only asks for the terms where version and codec were agreed on while dialling", () =>
    Effect.gen(function* () {
      for (const [codec, { decode, encode }] of [
        ["json", Codec.json],
        ["msgpack", Codec.messagePack],
      ] as const) {
        const meet = (answer: unknown) => {
          const sent: Array<unknown> = []
          const link = linkOf({
            take: Effect.succeed(encode(answer)),
            write: (bytes) => Effect.sync(() => void sent.push(Result.getOrThrow(decode(bytes)))),
          })
          return { sent, terms: messages.handshake(link, "a program", codec) }
        }
        const { sent, terms } = meet({ ...agreed, max_frame_bytes: 1000 })
        const { encoding, maxFrameBytes } = yield* terms
        assert.deepInclude(sent, {
          type: "Connect",
          client_id: "a program",
          version: "2.0",
          min_version: "2.0",
          codecs: [codec],
          capabilities: ["typing", "status", "resume"],
        })
        assert.strictEqual(maxFrameBytes, 1000)
        assert.deepStrictEqual([encoding.version, encoding.codec], [2, codec])
        // A message is the body of a frame, without its length.
        assert.deepStrictEqual(decode(encoding.encode({ type: "Ping" })), Result.succeed({ type: "Ping" }))
        const full = disconnectFrame(new Disconnect({ reason: "ServerFull", detail: "Not today" }))
        assert.deepInclude(yield* Effect.flip(meet(full).terms), { reason: "ServerFull", detail: "Not today" })
        for (const other of [{ type: "Pong" }, { type: "What" }, "what?"]) {
          assert.strictEqual((yield* Effect.flip(meet(other).terms)).reason, "NotNatter")
        }
      }
    }),
  )

  it.effect("is told by a close code, too", () =>
    Effect.gen(function* () {
      for (const reason of ["Draining", "Refused", "TooManyConnections"] as const) {
        assert.deepStrictEqual(yield* refused(new Disconnect({ reason })), [reason])
      }
      assert.deepStrictEqual(yield* refused(new Disconnect({ reason: "FrameTooLarge" })), ["NotNatter"])
    }),
  )

  it.effect("knows what is no server of this protocol, and what was closed on it", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* refused({ type: "UserList", users: [] }), ["NotNatter"])
      assert.deepStrictEqual(yield* refused({ type: "Welcome" }), ["NotNatter"])
      assert.deepStrictEqual(yield* refused(new Disconnect({ reason: "ConnectionLost" })), ["Closed"])
      assert.deepStrictEqual(yield* refused(new Disconnect({ reason: "MalformedFrame" })), ["NotNatter"])
    }),
  )
})

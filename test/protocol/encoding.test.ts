/** Every frame of both versions, from one side to the other and back. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { maxDepth, maxTokenLength } from "../../src/domain/Limits.ts"
import * as Codec from "../../src/protocol/Codec.ts"
import { ConnectReply, ConnectRequest } from "../../src/protocol/Connect.ts"
import type { Compressor } from "../../src/protocol/Compression.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import type { FrameError } from "../../src/protocol/FrameError.ts"
import { headerBytes, lengthPrefixed, messages } from "../../src/protocol/Framing.ts"
import { decoder } from "../../src/protocol/internal/frameSchema.ts"
import type { Wire } from "../../src/protocol/Wire.ts"
import * as V1 from "../../src/protocol/v1/Message.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"

type Frame = Schema.Codec<{ readonly type: string }> & {
  readonly fields: { readonly type: { readonly literal: string } }
}
type Side = Wire<1 | 2, unknown, unknown>

const side = (encoding: Encoding.Encoding | Encoding.ClientEncoding) => encoding as Side
const servers: ReadonlyArray<unknown> = [Encoding.server1, Encoding.server2("json"), Encoding.server2("msgpack")]
const isServer = (side: Side) => servers.includes(side)
const body = (frame: Uint8Array) => frame.subarray(headerBytes)
const codec = { json: Codec.json, msgpack: Codec.messagePack }

/**
 * Who writes, who reads, and all that may pass between them. What a server writes it has made itself, field by field: its
 * renderers are held to the schemas (render.test.ts), and so is all it says in the transport suites.
 */
const ways: ReadonlyArray<readonly [name: string, from: Side, to: Side, frames: ReadonlyArray<Frame>]> = [
  [
    "version 1, to the server",
    side(Encoding.client1),
    side(Encoding.server1),
    [...V1.chat, ConnectRequest, V1.Data, V1.Disconnect],
  ],
  [
    "version 1, to the client",
    side(Encoding.server1),
    side(Encoding.client1),
    [...V1.chat, ConnectReply, V1.Data, V1.Disconnect],
  ],
  ...(["json", "msgpack"] as const).flatMap((name) => [
    [
      `version 2 in ${name}, to the server`,
      side(Encoding.client2(name)),
      side(Encoding.server2(name)),
      Client.all,
    ] as const,
    [
      `version 2 in ${name}, to the client`,
      side(Encoding.server2(name)),
      side(Encoding.client2(name)),
      Server.all,
    ] as const,
  ]),
]

describe.each(ways)("%s", (_, from, to, frames) => {
  describe.each(frames.map((frame) => [frame.fields.type.literal, frame] as const))("%s", (type, frame) => {
    const arbitrary = Arbitrary.schema(frame)

    it.prop("arrives as it was sent", [arbitrary], ([sent]) => {
      assert.deepStrictEqual(Result.getOrThrow(to.decode(body(from.encode(sent)))), sent)
    })

    // What is made by hand is sent as it was made.
    if (isServer(from)) return

    it.prop("has its type first and its fields in the order of the schema", [arbitrary], ([sent]) => {
      const value = Result.getOrThrow(codec[from.codec].decode(body(from.encode(sent)))) as object
      const order = Object.keys(frame.fields).filter((field) => field in sent)
      assert.deepStrictEqual(Object.keys(value), order)
      assert.strictEqual(order[0], "type")
      assert.strictEqual(sent.type, type)
    })

    it.prop("nothing but its fields is sent", [arbitrary], ([sent]) => {
      assert.deepStrictEqual(from.encode({ ...sent, password_hash: "x" }), from.encode(sent))
    })
  })
})

const refusal = <A>(result: Result.Result<A, FrameError>): FrameError => {
  if (Result.isSuccess(result)) throw new Error(`accepted ${JSON.stringify(result.success)}`)
  return result.failure
}

const read1 = (value: unknown) => Encoding.server1.decode(Codec.json.encode(value))

describe("version 1", () => {
  it("ignores fields it does not know, whatever is in them", () => {
    assert.deepStrictEqual(Result.getOrThrow(read1({ type: "Ping", channel: "x", deep: [[{}]] })), { type: "Ping" })
  })

  it("refuses what is too deep in them all the same", () => {
    let deep: unknown = 1
    for (let level = 0; level < maxDepth; level++) deep = [deep]
    assert.strictEqual(refusal(read1({ type: "Ping", deep })).kind, "TooDeep")
  })

  it("a field of Object.prototype is no field", () => {
    assert.strictEqual(refusal(read1({ type: "Login", username: "a" })).field, "password")
    const inherited = new TextEncoder().encode('{"__proto__":{"type":"Ping"}}')
    assert.strictEqual(refusal(Encoding.server1.decode(inherited)).message, "missing field type")
    for (const type of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      assert.strictEqual(refusal(read1({ type })).kind, "UnknownType")
    }
  })

  it("a Connect for version 2 is read with all it says", () => {
    const connect = {
      type: "Connect",
      client_id: "c",
      version: "2.0",
      min_version: "1.0",
      codecs: ["msgpack"],
    } as const
    assert.deepStrictEqual(Result.getOrThrow(read1({ ...connect, future: true })), connect)
    assert.strictEqual(refusal(read1({ ...connect, codecs: ["json", "x".repeat(33)] })).field, "codecs.1")
    assert.strictEqual(refusal(read1({ ...connect, codecs: Array(17).fill("json") })).field, "codecs")
  })
})

describe.each(["json", "msgpack"] as const)("version 2 in %s", (name) => {
  const read2 = (value: unknown) => Encoding.server2(name).decode(codec[name].encode(value))

  it("refuses a field it does not know, and names it", () => {
    const error = refusal(read2({ type: "Join", ref: 7, channel: "lobby", password: "secret" }))
    assert.strictEqual(error.kind, "InvalidField")
    assert.strictEqual(error.field, "password")
    assert.strictEqual(error.message, "Join.password: Expected no excess property")
    assert.strictEqual(error.ref, 7)
  })

  it("refuses one inside a field, too", () => {
    const read = decoder([Schema.Struct({ type: Schema.Literal("Move"), to: Schema.Struct({ x: Schema.Finite }) })], {
      strict: true,
    })
    assert.isTrue(Result.isSuccess(read({ type: "Move", to: { x: 1 } })))
    assert.strictEqual(refusal(read({ type: "Move", to: { x: 1, y: 2 } })).field, "to.y")
  })

  it("repeats no more of such a field's name than is safe", () => {
    for (const [given, repeated] of [
      ["a b\n", "a?b?"],
      ["\u202e", "?"],
      ["<script>", "?script?"],
      ["é".repeat(100), "?".repeat(64)],
      ["x".repeat(60_000), "x".repeat(64)],
    ] as const) {
      const error = refusal(read2({ type: "Pong", [given]: 1 }))
      assert.strictEqual(error.field, repeated)
      assert.strictEqual(error.message, `Pong.${repeated}: Expected no excess property`)
    }
  })

  it("refuses __proto__ as a field", () => {
    const value = Object.defineProperty({ type: "Ping" }, "__proto__", { value: { sequence: 5 }, enumerable: true })
    assert.strictEqual(refusal(read2(value)).field, "__proto__")
  })

  it("names the field that is missing, of the wrong type, out of bounds", () => {
    const fields = (value: unknown) => refusal(read2(value)).field
    assert.strictEqual(fields({ type: "Join" }), "channel")
    assert.strictEqual(fields({ type: "Join", channel: null }), "channel")
    assert.strictEqual(fields({ type: "Join", channel: "a b" }), "channel")
    assert.strictEqual(fields({ type: "Join", channel: "x".repeat(65) }), "channel")
    assert.strictEqual(fields({ type: "Join", channel: "lobby", ref: null }), "ref")
    assert.strictEqual(fields({ type: "Join", channel: "lobby", ref: -1 }), "ref")
    assert.strictEqual(fields({ type: "Join", channel: "lobby", ref: 1.5 }), "ref")
    assert.strictEqual(fields({ type: "Join", channel: "lobby", ref: "1" }), "ref")
    assert.strictEqual(fields({ type: "Join", channel: "lobby", ref: 2 ** 53 }), "ref")
    assert.strictEqual(fields({ type: "Ping", sequence: 2 ** 32 }), "sequence")
    assert.strictEqual(fields({ type: "SetStatus", status: "Online" }), "status")
    assert.strictEqual(fields({ type: "SetStatus", status: "away", text: "x".repeat(129) }), "text")
    assert.strictEqual(fields({ type: "SetTopic", channel: "a", topic: "two\nlines" }), "topic")
    assert.strictEqual(fields({ type: "Publish", channel: "a", id: "", content: "" }), "id")
    assert.strictEqual(fields({ type: "Publish", channel: "a", id: "i d", content: "" }), "id")
    assert.strictEqual(fields({ type: "Publish", channel: "a", id: "i", content: 5 }), "content")
    assert.strictEqual(fields({ type: "Login", username: "a", password: "x".repeat(1025) }), "password")
    assert.strictEqual(fields({ type: "Authenticate", token: "x".repeat(maxTokenLength + 1) }), "token")
  })

  it("answers to the request where its ref could be read, and only then", () => {
    assert.strictEqual(refusal(read2({ type: "Nope", ref: 3 })).ref, 3)
    assert.strictEqual(refusal(read2({ ref: 3 })).ref, 3)
    for (const ref of [-1, 1.5, 2 ** 53, "3", null, [3], Number.NaN]) {
      assert.isUndefined(refusal(read2({ type: "Nope", ref })).ref)
    }
  })

  it("what is no object with a type it knows is refused by its type", () => {
    for (const value of [
      null,
      true,
      7,
      "Ping",
      [],
      ["Ping"],
      [["Ping"]],
      {},
      { type: 7 },
      { type: null },
      { type: ["Ping"] },
    ]) {
      const error = refusal(read2(value))
      assert.strictEqual(error.kind, "UnknownType")
      assert.strictEqual(error.field, "type")
    }
    // What only a server says is as unknown as what nobody says.
    assert.strictEqual(
      refusal(read2({ type: "LoggedIn" })).message,
      `unknown type, expected one of ${Client.all.map((frame) => frame.fields.type.literal).join(", ")}`,
    )
  })

  it("the client passes over fields that a newer server may say", () => {
    const value = codec[name].encode({ type: "Ok", ref: 1, since: 5 })
    assert.deepStrictEqual(Result.getOrThrow(Encoding.client2(name).decode(value)), { type: "Ok", ref: 1 })
  })
})

describe("msgpack", () => {
  it("a lone surrogate cannot be said", () => {
    // ED A0 80 is what U+D800 would be.
    const value = Codec.messagePack.encode({ type: "Publish", channel: "a", id: "i", content: "€" })
    const at = value.findIndex((byte, index) => byte === 0xe2 && value[index + 1] === 0x82)
    value.set([0xed, 0xa0, 0x80], at)
    assert.strictEqual(refusal(Encoding.server2("msgpack").decode(value)).kind, "InvalidUtf8")
  })

  it("binary is no text and no list of numbers", () => {
    const read = (value: unknown) => refusal(Encoding.server2("msgpack").decode(Codec.messagePack.encode(value))).field
    assert.strictEqual(read({ type: "Publish", channel: "a", id: "i", content: Uint8Array.of(97) }), "content")
    assert.strictEqual(read({ type: Uint8Array.of(97) }), "type")
    assert.strictEqual(read(Uint8Array.of(97)), "type")
  })

  it("integers beyond 2^53 - 1 are refused, whatever their form", () => {
    for (const ref of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      const value = Codec.messagePack.encode({ type: "Disconnect", ref: 0 })
      const encoded = new Uint8Array([...value.subarray(0, -1), 0xcf, ...new Uint8Array(8)])
      new DataView(encoded.buffer).setBigUint64(encoded.byteLength - 8, ref)
      assert.strictEqual(refusal(Encoding.server2("msgpack").decode(encoded)).field, "ref")
    }
  })
})

describe("json", () => {
  it("-0 is no ref: what answers could not say it", () => {
    const error = refusal(Encoding.server2("json").decode(new TextEncoder().encode('{"type":"Nope","ref":-0}')))
    assert.isUndefined(error.ref)
  })

  it("a lone surrogate is refused in every text", () => {
    const read = (json: string) => refusal(Encoding.server2("json").decode(new TextEncoder().encode(json))).field
    assert.strictEqual(read('{"type":"Publish","channel":"a","id":"i","content":"\\ud800"}'), "content")
    assert.strictEqual(read('{"type":"Publish","channel":"a","id":"i","content":"\\udc00\\ud800"}'), "content")
    assert.strictEqual(read('{"type":"Login","username":"\\udfff","password":"b"}'), "username")
    assert.strictEqual(read('{"type":"SetTopic","channel":"a","topic":"\\udfff"}'), "topic")
  })
})

describe("an encoding in a framing", () => {
  const pong = { type: "Pong", sequence: 1 } as const
  const deflate: Compressor = { name: "deflate", compress: (bytes) => bytes, decompress: (bytes) => bytes }

  it("writes its header before the body that any other would have", () => {
    for (const [encoding, stream, opcode] of [
      [Encoding.server1In(messages), Encoding.server1, 0x81],
      [Encoding.server2("json", undefined, messages), Encoding.server2("json"), 0x81],
      [Encoding.server2("msgpack", undefined, messages), Encoding.server2("msgpack"), 0x82],
      [Encoding.server2("json", deflate, messages), Encoding.server2("json", deflate), 0x82],
    ] as const) {
      const body = stream.encode(pong).subarray(headerBytes)
      assert.deepStrictEqual([...encoding.encode(pong)], [opcode, body.byteLength, ...body])
    }
  })

  it("writes several frames as one piece, each as it would be alone", () => {
    const frames = [
      pong,
      { type: "Pong" },
      { type: "Pong", sequence: 70_000 },
      { type: "Error", code: 1, message: "x".repeat(20_000) },
    ] as const
    const v2 = frames.slice(0, 3) as ReadonlyArray<Server.ServerFrame>
    for (const framing of [lengthPrefixed, messages]) {
      const one = Encoding.server1In(framing)
      assert.deepStrictEqual(Buffer.from(one.encodeAll(frames)), Buffer.concat(frames.map(one.encode)))
      for (const compressor of [undefined, deflate]) {
        for (const name of ["json", "msgpack"] as const) {
          const encoding = Encoding.server2(name, compressor, framing)
          assert.deepStrictEqual(Buffer.from(encoding.encodeAll(v2)), Buffer.concat(v2.map(encoding.encode)))
          assert.strictEqual(encoding.encodeAll([]).byteLength, 0)
        }
      }
    }
  })

  it("says what it is", () => {
    const names = ({ codec, compression, framing, version }: Encoding.Encoding) => [
      version,
      codec,
      compression,
      framing,
    ]
    assert.deepStrictEqual(names(Encoding.server1), [1, "json", null, lengthPrefixed])
    assert.deepStrictEqual(names(Encoding.server2("msgpack", deflate, messages)), [2, "msgpack", "deflate", messages])
    assert.deepStrictEqual(names(Encoding.server2("json")), [2, "json", null, lengthPrefixed])
    const { codec, compression, version } = Encoding.client2("msgpack", deflate)
    assert.deepStrictEqual([version, codec, compression], [2, "msgpack", "deflate"])
    assert.deepStrictEqual([Encoding.client1.version, Encoding.client1.codec], [1, "json"])
  })

  it("is one object for the same arguments", () => {
    assert.strictEqual(Encoding.server1In(messages), Encoding.server1In(messages))
    assert.strictEqual(Encoding.server1In(lengthPrefixed), Encoding.server1)
    assert.strictEqual(Encoding.server2("json", undefined, lengthPrefixed), Encoding.server2("json"))
    const inMessages = Encoding.server2("json", deflate, messages)
    assert.strictEqual(Encoding.server2("json", deflate, messages), inMessages)
    assert.strictEqual(inMessages.framing, messages)
    assert.notStrictEqual(Encoding.server2("json", deflate), inMessages)
    assert.notStrictEqual(Encoding.server2("json", undefined, messages), inMessages)
  })
})

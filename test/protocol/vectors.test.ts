/** What Rust's serde writes, accepts and refuses for the chapter's messages: we do the same. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Codec from "../../src/protocol/Codec.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { type FrameError } from "../../src/protocol/FrameError.ts"
import { frame, headerBytes } from "../../src/protocol/Framing.ts"
import { decoder, encoder } from "../../src/protocol/internal/frameSchema.ts"
import * as V1 from "../../src/protocol/v1/Message.ts"
import vectors from "../fixtures/wire/v1.json" with { type: "json" }

interface Side {
  readonly decode: (body: Uint8Array) => Result.Result<V1.Message, FrameError>
  readonly encode: (message: V1.Message) => Uint8Array
}

const decodeNetworkData = decoder(V1.networkData, { strict: false, positional: true })
const encodeNetworkData = encoder(V1.networkData)

const networkData: Side = {
  decode: (body) => Result.flatMap(Codec.json.decode(body), decodeNetworkData),
  encode: (message) => frame(Codec.json.encode(encodeNetworkData(message as Parameters<typeof encodeNetworkData>[0]))),
}

/** Read as a server does, written by the schema. */
const chat: Side = {
  decode: Encoding.server1.decode as Side["decode"],
  encode: Encoding.client1.encode as Side["encode"],
}

const side = (protocol: string): Side => (protocol === "chat" ? chat : networkData)

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (frame: Uint8Array) => new TextDecoder().decode(frame.subarray(headerBytes))

/** Integers that JavaScript cannot hold: refused, and the field is named. */
const beyondSafe = new Map([
  [
    '{"type":"ChatMessage","from":"日本","content":"","timestamp":9007199254740993}',
    "ChatMessage.timestamp: Expected u64 that JavaScript can hold, an integer from 0 to 9007199254740991",
  ],
  [
    '{"type":"FileTransferRequest","filename":"résumé.pdf","size":18446744073709551615,"from":"alice"}',
    "FileTransferRequest.size: Expected u64 that JavaScript can hold, an integer from 0 to 9007199254740991",
  ],
])

/** Where we cannot do as Rust does: `JSON.parse` has already lost what the difference was. */
const lostInParsing = new Map([
  ['{"type":"ChatMessage","from":"a","content":"b","timestamp":1.0}', "1.0 and 1 are one number"],
  ['{"type":"ChatMessage","from":"a","content":"b","timestamp":1e3}', "1e3 and 1000 are one number"],
  ['{"type":"Ping","type":"Pong"}', "the last of two fields of one name wins"],
  ['{"type":"UserJoined","username":"a","username":"b"}', "the last of two fields of one name wins"],
])

/** The field that a refusal names, where it is a field that was wrong. */
const named: Record<string, string> = {
  '{"type":"Login","username":"a"}': "password",
  '{"type":"Login","username":"a","password":null}': "password",
  '{"type":"Login","username":7,"password":"b"}': "username",
  '{"type":"ChatMessage","from":"a","content":"b","timestamp":-1}': "timestamp",
  '{"type":"ChatMessage","from":"a","content":"b","timestamp":1.5}': "timestamp",
  '{"type":"ChatMessage","from":"a","content":"b","timestamp":18446744073709551616}': "timestamp",
  '{"type":"ChatMessage","content":"b"}': "from",
  '{"type":"FileChunk","transfer_id":"t","chunk_id":1,"data":[0,256]}': "data.1",
  '{"type":"FileChunk","transfer_id":"t","chunk_id":1,"data":[0,-1]}': "data.1",
  '{"type":"FileChunk","transfer_id":"t","chunk_id":4294967296,"data":[]}': "chunk_id",
  '{"type":"FileChunk","transfer_id":"t","chunk_id":1,"data":"AAEC"}': "data",
  '{"type":"ping"}': "type",
  '{"type":"Nope"}': "type",
  '{"type":null}': "type",
  "{}": "type",
  "[]": "type",
  '"Ping"': "type",
  null: "type",
  '{"type":"UserJoined","username":"\\ud800"}': "username",
  '{"type":"Ping"}': "sequence",
  '{"type":"Connect","client_id":"x"}': "version",
}

/** Not JSON at all: there is no field to name. */
const notJson = new Set(["", '{"type":"Ping"', '{"type":"Ping"}x', '{"type":"Ping",}'])

describe("what Rust writes", () => {
  it.each(vectors.encode)("$protocol $json", ({ frame_hex, json, protocol }) => {
    const written = Buffer.from(frame_hex, "hex")
    const { decode, encode } = side(protocol)
    const decoded = decode(written.subarray(headerBytes))
    const refusal = beyondSafe.get(json)
    if (refusal === undefined) {
      assert.strictEqual(Buffer.from(encode(Result.getOrThrow(decoded))).toString("hex"), frame_hex)
    } else {
      assert.isTrue(Result.isFailure(decoded))
      if (Result.isFailure(decoded)) assert.strictEqual(decoded.failure.message, refusal)
    }
  })

  it("has a vector for each of the 13 and the 5, and for each integer that is too large", () => {
    const covered = (protocol: string) =>
      new Set(vectors.encode.filter((v) => v.protocol === protocol).map((v) => JSON.parse(v.json).type))
    assert.deepStrictEqual(covered("chat"), new Set(V1.chat.map((m) => m.fields.type.literal)))
    assert.deepStrictEqual(covered("network-data"), new Set(V1.networkData.map((m) => m.fields.type.literal)))
    const jsons = vectors.encode.map((v) => v.json)
    for (const json of beyondSafe.keys()) assert.include(jsons, json)
  })
})

describe("what Rust accepts and refuses", () => {
  it.each(vectors.decode)("$protocol $json", ({ accepted, json, protocol, reencoded }) => {
    const { decode, encode } = side(protocol)
    const decoded = decode(bytes(json))
    const agree = Result.isSuccess(decoded) ? accepted && text(encode(decoded.success)) === reencoded : !accepted
    assert.strictEqual(agree, !lostInParsing.has(json), lostInParsing.get(json))
    if (Result.isSuccess(decoded)) return
    assert.strictEqual(decoded.failure.kind === "InvalidJson", notJson.has(json))
    if (!notJson.has(json)) assert.strictEqual(decoded.failure.field, named[json])
  })

  it("lists only cases that there are", () => {
    const jsons = vectors.decode.map((v) => v.json)
    for (const json of [...lostInParsing.keys(), ...Object.keys(named), ...notJson]) assert.include(jsons, json)
  })
})

describe("more that JSON.parse can tell", () => {
  const refused = (json: string) => {
    const decoded = Encoding.server1.decode(bytes(json))
    assert.isTrue(Result.isFailure(decoded), json)
    return Result.isFailure(decoded) ? decoded.failure : undefined
  }
  const accepted = (json: string) => Result.getOrThrow(Encoding.server1.decode(bytes(json)))

  it("-0 is not an unsigned integer, as in Rust", () => {
    assert.strictEqual(refused('{"type":"Ping","sequence":-0}')?.field, "sequence")
  })

  it("a frame as a list has its fields in order, as serde reads it", () => {
    assert.deepStrictEqual(accepted('["Login","a","b"]'), { type: "Login", username: "a", password: "b" })
    assert.deepStrictEqual(accepted('["Ping"]'), { type: "Ping" })
    assert.deepStrictEqual(accepted('["Ping",7]'), { type: "Ping", sequence: 7 })
    assert.deepStrictEqual(accepted('["Connect","c","1.0"]'), { type: "Connect", client_id: "c", version: "1.0" })
    // Rust's derive wants every field in a list, those that are an `Option` too.
    refused('["LoginResponse",true,"m"]')
    refused('["Login","a"]')
    refused('["Login","a","b","c"]')
    refused('["Nope"]')
    refused('[["Ping"]]')
    assert.strictEqual(refused('["Login","a",7]')?.field, "password")
  })

  it("a byte order mark is not JSON", () => {
    assert.strictEqual(refused('\ufeff{"type":"Ping"}')?.kind, "InvalidJson")
  })
})

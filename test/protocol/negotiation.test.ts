import { assert, describe, it } from "@effect/vitest"
import type { Compressor } from "../../src/protocol/Compression.ts"
import type { ConnectRequest } from "../../src/protocol/Connect.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { lengthPrefixed, lines, messages } from "../../src/protocol/Framing.ts"
import { capabilities as offered, negotiate } from "../../src/protocol/Negotiation.ts"
import * as Version from "../../src/protocol/Version.ts"

const compressor: Compressor = { name: "deflate", compress: (bytes) => bytes, decompress: (bytes) => bytes }

const connect = (fields: Partial<ConnectRequest>): ConnectRequest => ({
  type: "Connect",
  client_id: "client-123",
  version: "2.0",
  ...fields,
})

const chosen = (fields: Partial<ConnectRequest>, offer: Compressor | undefined = compressor) => {
  const outcome = negotiate(connect(fields), { compressor: offer, framing: lengthPrefixed })
  if ("unsupported" in outcome) return outcome.unsupported
  const { codec, compression, version } = outcome.encoding
  return [version, codec, compression, ...outcome.capabilities]
}

const wrongForm = 'version must look like "2.0"'
const notSpoken = "versions 1.0 to 2.0 are spoken here"

describe("versions", () => {
  it.each<readonly [version: string, min: string | undefined, expected: number | string]>([
    // The chapter's client.
    ["1.0", undefined, 1],
    ["1", undefined, 1],
    ["1.7", undefined, 1],
    ["2.0", undefined, 2],
    ["2.0.1", undefined, 2],
    ["2.0", "1.0", 2],
    ["2.0", "2.0", 2],
    ["1.0", "1.0", 1],
    ["9.0", "1.0", 2],
    ["9999.9999", "2.0", 2],
    ["1.0", "0.1", 1],
    ["3.0", undefined, notSpoken],
    ["3.0", "3.0", notSpoken],
    ["1.0", "2.0", notSpoken],
    ["2.0", "3.0", notSpoken],
    ["0.9", undefined, notSpoken],
    ["0", "0", notSpoken],
    ["", undefined, wrongForm],
    ["two", undefined, wrongForm],
    ["v2", undefined, wrongForm],
    ["2.", undefined, wrongForm],
    [".2", undefined, wrongForm],
    ["-2", undefined, wrongForm],
    ["2,0", undefined, wrongForm],
    [" 2.0", undefined, wrongForm],
    ["2.0\n", undefined, wrongForm],
    ["2.0.0.0", undefined, wrongForm],
    ["2e0", undefined, wrongForm],
    ["0x2", undefined, wrongForm],
    ["２.0", undefined, wrongForm],
    ["12345", undefined, wrongForm],
    ["9".repeat(400), undefined, wrongForm],
    ["2.0", "", wrongForm],
    ["2.0", "one", wrongForm],
    ["two", "1.0", wrongForm],
  ])("%j from %j", (version, min_version, expected) => {
    const outcome = chosen({ version, ...(min_version === undefined ? {} : { min_version }) })
    assert.strictEqual(typeof outcome === "string" ? outcome : outcome[0], expected)
  })

  it("writes a version as it reads it", () => {
    for (const version of [1, 2] as const) assert.strictEqual(Version.parse(Version.format(version)), version)
    assert.strictEqual(Version.latest, 2)
  })

  it("what is not spoken is not repeated", () => {
    for (const version of ["77.7", "secret"]) assert.notInclude(String(chosen({ version })), version)
  })
})

describe("version 1", () => {
  it("is plain JSON, whatever else was asked for", () => {
    const all = { codecs: ["msgpack"], compression: ["deflate"], capabilities: ["typing"] }
    assert.deepStrictEqual(chosen({ version: "1.0", ...all }), [1, "json", null])
  })
})

describe("codecs", () => {
  it.each<readonly [ReadonlyArray<string> | undefined, string]>([
    [undefined, "json"],
    [[], "json"],
    [["json"], "json"],
    [["msgpack"], "msgpack"],
    [["msgpack", "json"], "msgpack"],
    [["json", "msgpack"], "json"],
    [["protobuf", "msgpack"], "msgpack"],
    [["protobuf", "cbor"], "json"],
    [["MSGPACK", "constructor", ""], "json"],
  ])("%j", (codecs, expected) => {
    assert.deepStrictEqual(chosen(codecs === undefined ? {} : { codecs }), [2, expected, null])
  })
})

describe("compression", () => {
  it.each<readonly [ReadonlyArray<string> | undefined, Compressor | undefined, string | null]>([
    [undefined, compressor, null],
    [[], compressor, null],
    [["deflate"], compressor, "deflate"],
    [["zstd", "deflate"], compressor, "deflate"],
    [["zstd"], compressor, null],
    [["deflate"], undefined, null],
    [[""], undefined, null],
    [[""], compressor, null],
  ])("%j", (compression, offer, expected) => {
    const outcome = negotiate(connect(compression === undefined ? {} : { compression }), {
      compressor: offer,
      framing: lengthPrefixed,
    })
    assert.isTrue("encoding" in outcome)
    if ("encoding" in outcome) assert.strictEqual(outcome.encoding.compression, expected)
  })
})

describe("capabilities", () => {
  it("are those that both have", () => {
    const capabilities = ["status", "video", "typing"]
    assert.deepStrictEqual(chosen({ capabilities }), [2, "json", null, "status", "typing"])
    assert.deepStrictEqual(chosen({ capabilities: [] }), [2, "json", null])
    assert.deepStrictEqual(offered, ["typing", "status", "resume"])
    assert.deepStrictEqual(chosen({ capabilities: offered.toReversed() }), [2, "json", null, ...offered.toReversed()])
  })
})

describe("a connection that was opened for something", () => {
  const [v1, json, msgpack] = [Encoding.server1, Encoding.server2("json"), Encoding.server2("msgpack")]

  it.each<readonly [Encoding.Encoding, Partial<ConnectRequest>, expected: Encoding.Encoding | string]>([
    [json, {}, json],
    [msgpack, {}, msgpack],
    [msgpack, { codecs: ["json"] }, msgpack],
    [json, { codecs: ["msgpack"] }, json],
    [json, { compression: ["deflate"] }, Encoding.server2("json", compressor)],
    [v1, { version: "1.0" }, v1],
    [v1, { min_version: "1.0" }, v1],
    [json, { version: "1.0" }, "this connection was opened for version 2.0"],
    [json, { version: "3.0" }, "this connection was opened for version 2.0"],
    [v1, {}, "this connection was opened for version 1.0"],
  ])("speaks that, and nothing else (%#)", (agreed, fields, expected) => {
    const outcome = negotiate(connect(fields), { agreed, compressor, framing: lengthPrefixed })
    assert.strictEqual("encoding" in outcome ? outcome.encoding : outcome.unsupported, expected)
  })
})

it("sessions that agreed on the same share one encoding", () => {
  const encoding = (framing = lengthPrefixed, version = "2.0") => {
    const request = connect({ version, codecs: ["msgpack"], compression: ["deflate"] })
    const outcome = negotiate(request, { compressor, framing })
    return "encoding" in outcome ? outcome.encoding : undefined
  }
  assert.strictEqual(encoding(), encoding())
  assert.strictEqual(encoding(), Encoding.server2("msgpack", compressor))
  assert.strictEqual(encoding(messages), Encoding.server2("msgpack", compressor, messages))
  assert.notStrictEqual(encoding(messages), encoding())
  assert.strictEqual(encoding(lengthPrefixed, "1.0"), Encoding.server1)
  assert.strictEqual(encoding(messages, "1.0"), Encoding.server1In(messages))
})

it("where text alone is carried it is JSON, and not compressed", () => {
  const outcome = negotiate(connect({ codecs: ["msgpack"], compression: ["deflate"], capabilities: ["typing"] }), {
    compressor,
    framing: lines,
  })
  assert.deepEqual(outcome, { encoding: Encoding.server2("json", undefined, lines), capabilities: ["typing"] })
})

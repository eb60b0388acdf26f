import { assert, describe, it } from "@effect/vitest"
import { Encoded } from "../../src/protocol/Encoded.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"

/** The encoding, and how often it was used. */
const counting = (encoding: Encoding.Encoding) => {
  const counted = {
    ...encoding,
    encodes: 0,
    encode: (sent: never) => {
      counted.encodes++
      return encoding.encode(sent)
    },
  }
  return counted as Encoding.Encoding & { readonly encodes: number }
}

const encodings = () => ({
  v1: counting(Encoding.server1),
  json: counting(Encoding.server2("json")),
  msgpack: counting(Encoding.server2("msgpack")),
})

const message = (made: { v1: number; v2: number }) =>
  new Encoded({
    v1: () => {
      made.v1++
      return { type: "ChatMessage", from: "alice", content: "hello", timestamp: 1_700_000_000 }
    },
    v2: () => {
      made.v2++
      return { type: "Pong", sequence: 1 }
    },
  })

describe("Encoded", () => {
  it("becomes bytes once per encoding, for however many sessions", () => {
    const { json, msgpack, v1 } = encodings()
    const encoded = message({ v1: 0, v2: 0 })
    for (let session = 0; session < 1000; session++) {
      const encoding = [v1, json, msgpack][session % 3]!
      assert.strictEqual(encoded.bytes(encoding), encoded.bytes(encoding))
    }
    assert.deepStrictEqual([v1.encodes, json.encodes, msgpack.encodes], [1, 1, 1])
  })

  it("never for an encoding that nobody uses", () => {
    const { json, msgpack, v1 } = encodings()
    const made = { v1: 0, v2: 0 }
    const encoded = message(made)
    assert.deepStrictEqual(made, { v1: 0, v2: 0 })
    encoded.bytes(json)
    assert.deepStrictEqual([v1.encodes, json.encodes, msgpack.encodes], [0, 1, 0])
    assert.deepStrictEqual(made, { v1: 0, v2: 1 })
  })

  it("says to each version what is that version's", () => {
    const encoded = message({ v1: 0, v2: 0 })
    const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes?.subarray(4))
    assert.strictEqual(
      text(encoded.bytes(Encoding.server1)),
      '{"type":"ChatMessage","from":"alice","content":"hello","timestamp":1700000000}',
    )
    assert.strictEqual(text(encoded.bytes(Encoding.server2("json"))), '{"type":"Pong","sequence":1}')
  })

  it("has nothing for a version without a word for it, and asks once", () => {
    const { json, v1 } = encodings()
    let asked = 0
    const encoded = new Encoded({
      v1: () => {
        asked++
        return undefined
      },
    })
    for (let session = 0; session < 3; session++) {
      assert.isUndefined(encoded.bytes(v1))
      assert.isUndefined(encoded.bytes(json))
    }
    assert.deepStrictEqual([asked, v1.encodes, json.encodes], [1, 0, 0])
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as zlib from "node:zlib"
import { framed, messages } from "../../../src/protocol/Framing.ts"
import * as Encoding from "../../../src/protocol/Encoding.ts"
import { deflated, inflate } from "../../../src/transport/websocket/Deflate.ts"
import { Dice } from "../../../src/testing/Dice.ts"
import { fromMessages, ServerFrames } from "../../../src/testing/internal/webSocket.ts"

const letters = (length: number) => Buffer.alloc(length, "abcdefghijklmnopqrstuvwxyz ,.")

describe("a message where compression was agreed on", () => {
  it.each([
    [1, false],
    [255, false],
    [256, true],
    [1000, true],
    [65_536, true],
  ])("of %i bytes: compressed %j", (length, isCompressed) => {
    for (const content of ["text", "binary"] as const) {
      const body = letters(length)
      const bytes = framed(deflated, body, content)
      assert.strictEqual(bytes[0], (content === "text" ? 0x81 : 0x82) | (isCompressed ? 0x40 : 0))
      const [unpacked] = fromMessages(new ServerFrames().push(bytes))
      const payload = unpacked!.subarray(4)
      assert.deepStrictEqual(Buffer.from(isCompressed ? (inflate(payload, length) as Uint8Array) : payload), body)
      if (isCompressed) assert.isBelow(bytes.byteLength, length / 2)
      else assert.deepStrictEqual(bytes, framed(messages, body, content))
    }
  })

  it("that would only grow is sent as it is", () => {
    const noise = new Dice(7692).bytes(1000)
    assert.deepStrictEqual(framed(deflated, noise, "binary"), framed(messages, noise, "binary"))
  })

  it("lies side by side with the others, whatever was compressed", () => {
    const encoding = Encoding.server2("json", undefined, deflated)
    const frames = [10, 2000, 10, 300].map(
      (length) => ({ type: "Error", code: 1, status: 400, message: "x".repeat(length) }) as never,
    )
    const bytes = encoding.encodeAll(frames)
    const bodies = fromMessages(new ServerFrames().push(bytes)).map((frame) => frame.subarray(4))
    const plain = bodies.map((body) => (body[0] === 0x7b ? body : (inflate(body, 5000) as Uint8Array)))
    assert.deepStrictEqual(
      plain.map((body) => JSON.parse(Buffer.from(body).toString())),
      frames,
    )
    assert.isBelow(bytes.byteLength, 500)
  })
})

it("an encoding over compressed messages is one for all", () => {
  assert.strictEqual(Encoding.server2("json", undefined, deflated), Encoding.server2("json", undefined, deflated))
  assert.notStrictEqual(Encoding.server2("json", undefined, deflated), Encoding.server2("json", undefined, messages))
})

describe("unpacking", () => {
  const packed = (plain: Uint8Array) =>
    zlib.deflateRawSync(plain, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4)

  it("stops at the limit", () => {
    const bomb = packed(Buffer.alloc(10_000_000))
    assert.strictEqual(inflate(bomb, 9_999_999), "TooLarge")
    assert.strictEqual((inflate(bomb, 10_000_000) as Uint8Array).byteLength, 10_000_000)
  })

  it("finds what was cut anywhere", () => {
    const whole = packed(letters(500))
    for (let length = 0; length < whole.byteLength; length++) {
      assert.strictEqual(inflate(whole.subarray(0, length), 1000), "Invalid")
    }
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as EchoMessage from "../../src/load/EchoMessage.ts"

describe("a message that is to come back", () => {
  it("says whose it is and which, in as many bytes as are wanted", () => {
    for (const [connection, number, size] of [
      [0, 0, EchoMessage.smallest],
      [49_999, 2 ** 40, 100],
    ] as const) {
      const message = EchoMessage.make(connection, number, size)
      assert.lengthOf(message, size)
      assert.deepStrictEqual(EchoMessage.read(message), { connection, number })
    }
    assert.strictEqual(EchoMessage.smallest, 12)
    assert.match(EchoMessage.make(1, 36, 20).toString(), /^000100000010[ natter]{8}$/)
  })

  it("differs from that of any other connection and number, and from what is no echo", () => {
    const one = EchoMessage.make(1, 2, 50)
    for (const other of [EchoMessage.make(1, 3, 50), EchoMessage.make(2, 2, 50), EchoMessage.make(1, 2, 51)])
      assert.isFalse(one.equals(other))
    assert.isTrue(one.equals(EchoMessage.make(1, 2, 50)))
    assert.deepStrictEqual(EchoMessage.read(Buffer.from("!!!!????????")), {
      connection: Number.NaN,
      number: Number.NaN,
    })
    assert.isNaN(EchoMessage.read(Buffer.from("abc")).number)
  })
})

/** Stored hashes: what is obeyed of them, and what is not. */
import { assert, describe, it } from "@effect/vitest"
import * as Phc from "../../src/accounts/internal/phc.ts"

const salt = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const key = new Uint8Array(16).fill(0xfe)

const text = (cost: string) => `$argon2id$v=19$${cost}$AQIDBAUGBwg$/v7+/v7+/v7+/v7+/v7+/g`

describe("a hash string", () => {
  it("is written without padding, and read as it was written", () => {
    for (const length of [16, 17, 18, 19, 64]) {
      const parts = { cost: { memory: 64, passes: 3, parallelism: 2 }, salt, key: new Uint8Array(length).fill(0xfe) }
      const written = Phc.format(parts)
      assert.notInclude(written.slice(-3), "=")
      const read = Phc.parse(written)!
      assert.deepStrictEqual({ ...read, salt: new Uint8Array(read.salt), key: new Uint8Array(read.key) }, parts)
    }
    assert.strictEqual(
      Phc.format({ cost: { memory: 19_456, passes: 2, parallelism: 1 }, salt, key }),
      text("m=19456,t=2,p=1"),
    )
  })

  it.each([
    // At the bounds, and one beyond each of them.
    ["m=262144,t=2,p=1", true],
    ["m=262145,t=2,p=1", false],
    ["m=64,t=1,p=1", true],
    ["m=64,t=0,p=1", false],
    ["m=64,t=10,p=1", true],
    ["m=64,t=11,p=1", false],
    ["m=64,t=1,p=0", false],
    ["m=128,t=1,p=16", true],
    ["m=136,t=1,p=17", false],
    ["m=8,t=1,p=1", true],
    ["m=7,t=1,p=1", false],
    ["m=127,t=1,p=16", false],
    ["m=64,t=1", false],
    ["t=1,m=64,p=1", false],
    ["m=64,t=1,p=1,keyid=1", false],
    ["m=0000064,t=1,p=1", false],
    ["m=64,t=001,p=1", false],
  ])("that costs %s: read is %s", (cost, isRead) => {
    assert.strictEqual(Phc.parse(text(cost)) !== undefined, isRead)
  })

  it("has a salt and a key of a sensible length, and nothing around them", () => {
    const read = (salt: number, key: number) =>
      Phc.parse(`$argon2id$v=19$m=64,t=1,p=1$${"A".repeat(salt)}$${"A".repeat(key)}`) !== undefined
    const accepted = [
      [11, 22],
      [86, 22],
      [11, 86],
    ] as const
    for (const [salt, key] of accepted) assert.isTrue(read(salt, key), `${salt}, ${key}`)
    for (const [salt, key] of [
      [10, 22],
      [87, 22],
      [11, 20],
      [11, 87],
      // No base64 is so long.
      [13, 22],
      [11, 25],
    ] as const) {
      assert.isFalse(read(salt, key), `${salt}, ${key}`)
    }
    assert.isUndefined(Phc.parse(` ${text("m=64,t=1,p=1")}`))
    assert.isUndefined(Phc.parse(`${text("m=64,t=1,p=1")}\n`))
    assert.isUndefined(Phc.parse(text("m=64,t=1,p=1").replace("v=19", "v=19x")))
  })
})

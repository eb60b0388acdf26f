import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { make, PlainHash } from "../../../src/client/internal/Sha256Hash.ts"
import { bytesOf, hashOf } from "../files.ts"

describe("SHA-256, worked out", () => {
  it("is what Node says of every length around the blocks, however it comes in pieces", () => {
    for (let size = 0; size < 260; size++) {
      const bytes = bytesOf(size)
      for (const piece of [1, 7, 63, 64, 65, 300]) {
        const hash = new PlainHash()
        for (let at = 0; at < size; at += piece) hash.update(bytes.subarray(at, at + piece))
        assert.strictEqual(hash.digest(), hashOf(bytes), `${size} in pieces of ${piece}`)
      }
    }
  })

  it("is what FIPS 180-4 says", () => {
    const hash = new PlainHash()
    hash.update(new TextEncoder().encode("abc"))
    assert.strictEqual(hash.digest(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    const many = new PlainHash()
    for (let n = 0; n < 1000; n++) many.update(new Uint8Array(1000).fill(0x61))
    assert.strictEqual(many.digest(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  })

  it("is Node's own where there is Node", () => {
    const hash = make()
    assert.notInstanceOf(hash, PlainHash)
    hash.update(bytesOf(1000))
    assert.strictEqual(hash.digest(), createHash("sha256").update(bytesOf(1000)).digest("hex"))
  })
})

import { assert, describe, it } from "@effect/vitest"
import { looksLikeAddress } from "../../src/cli/identity.ts"

describe("a word that may be an address or a message", () => {
  it("is an address where it is written like one", () => {
    for (const word of [":8080", "chat.example.org:8080", "wss://chat.example.org", "tls://host:1", "unix:/socket"]) {
      assert.isTrue(looksLikeAddress(word), word)
    }
    // One without its brackets is not said either, but told how to write it.
    assert.isTrue(looksLikeAddress("::1:8080"))
  })

  it("is said otherwise, and so is a link", () => {
    for (const word of ["tea", "http://localhost:3000", "https://ci.example.org/builds/42", "ftp://host"]) {
      assert.isFalse(looksLikeAddress(word), word)
    }
  })
})

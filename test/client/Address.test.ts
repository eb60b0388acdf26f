import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Address from "../../src/client/Address.ts"

describe("Address", () => {
  it("is read as people write it, and written the same", () => {
    for (const [text, host, port] of [
      ["127.0.0.1:8080", "127.0.0.1", 8080],
      ["chat.example.org:1", "chat.example.org", 1],
      ["localhost:65535", "localhost", 65_535],
      ["[::1]:8080", "::1", 8080],
      ["[fe80::1%eth0]:7777", "fe80::1%eth0", 7777],
    ] as const) {
      const address = Result.getOrThrow(Address.parse(text))
      assert.deepStrictEqual(address, { host, port })
      assert.strictEqual(Address.format(address), text)
    }
  })

  it("means this machine where only the port is given", () => {
    assert.deepStrictEqual(Result.getOrThrow(Address.parse(":7777")), { host: "127.0.0.1", port: 7777 })
  })

  it("is refused with how to write it", () => {
    for (const text of [
      "",
      "8080",
      "localhost",
      "::1:8080",
      "[::1]",
      "a b:80",
      "http://localhost:8080",
      "host:",
      "[]:80",
    ]) {
      assert.include(Result.getOrThrow(Result.flip(Address.parse(text))), "host:port", text)
    }
    for (const text of [":0", ":65536", "host:99999"]) {
      assert.include(Result.getOrThrow(Result.flip(Address.parse(text))), "1 to 65535", text)
    }
  })
})

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

  it("is told the brackets that an IPv6 address lacks", () => {
    for (const [text, written] of [
      ["::1:7201", "[::1]:7201"],
      ["2001:db8::1:7201", "[2001:db8::1]:7201"],
      ["::1", "[::1]:8080"],
      ["fe80::1", "[fe80::1]:8080"],
      ["::ffff:127.0.0.1", "[::ffff:127.0.0.1]:8080"],
    ] as const) {
      assert.strictEqual(Result.getOrThrow(Result.flip(Address.parse(text))), `write ${written}`)
      assert.isTrue(Result.isSuccess(Address.parse(written)))
    }
    for (const text of ["tea:time", "a:b", "note: 1:2", "beef:cafe"]) assert.isFalse(Address.isBareIPv6(text), text)
  })

  it("is refused with how to write it", () => {
    for (const text of ["", "8080", "localhost", "[::1]", "a b:80", "http://localhost:8080", "host:", "[]:80"]) {
      assert.include(Result.getOrThrow(Result.flip(Address.parse(text))), "host:port", text)
    }
    for (const text of [":0", ":65536", "host:99999"]) {
      assert.include(Result.getOrThrow(Result.flip(Address.parse(text))), "1 to 65535", text)
    }
  })
})

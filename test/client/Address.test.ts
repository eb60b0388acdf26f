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

  it("says over what the server is reached", () => {
    for (const [text, address] of [
      ["tls://chat.example.org:8443", { over: "tls", host: "chat.example.org", port: 8443 }],
      ["tls://[::1]:8443", { over: "tls", host: "::1", port: 8443 }],
      ["wss://chat.example.org", { over: "websocket", host: "chat.example.org", url: "wss://chat.example.org/ws" }],
      ["ws://[::1]:8080/", { over: "websocket", host: "::1", url: "ws://[::1]:8080/" }],
      ["ws://localhost:8080/a/b?c=d", { over: "websocket", host: "localhost", url: "ws://localhost:8080/a/b?c=d" }],
      ["https://chat.example.org", { over: "sse", host: "chat.example.org", url: "https://chat.example.org/sse" }],
      ["http://localhost:8080/chat/sse", { over: "sse", host: "localhost", url: "http://localhost:8080/chat/sse" }],
      ["unix:/run/natter/socket", { over: "unix", path: "/run/natter/socket" }],
    ] as const) {
      assert.deepStrictEqual(Result.getOrThrow(Address.parse(text)), address)
      assert.strictEqual(Address.format(address), text)
    }
  })

  it("is written in short", () => {
    for (const [text, short] of [
      ["WSS://Chat.Example.org/ws", "wss://chat.example.org"],
      ["wss://chat.example.org:443", "wss://chat.example.org"],
      ["ws://localhost?a=b", "ws://localhost/ws?a=b"],
      ["TLS://:8443", "tls://127.0.0.1:8443"],
      ["unix:///run/natter/socket", "unix:/run/natter/socket"],
      // A host may be called so.
      ["unix:80", "unix:80"],
    ] as const) {
      assert.strictEqual(Address.format(Result.getOrThrow(Address.parse(text))), short)
    }
  })

  it("is refused with how to write it, each kind in its own way", () => {
    for (const [text, hint] of [
      ["tls://chat.example.org", "write it as tls://host:port"],
      ["tls://::1:8443", "write tls://[::1]:8443"],
      ["tls://host:0", "a port is a number from 1 to 65535"],
      ["wss://", "write it as wss://chat.example.org/ws"],
      ["ws:///ws", "write it as ws://chat.example.org/ws"],
      ["ws://a b", "write it as ws://chat.example.org/ws"],
      ["ws://host:0", "a port is a number from 1 to 65535"],
      ["ws://host:99999", "write it as ws://chat.example.org/ws"],
      ["ws://ann:secret@host", "it has a name or a password in it: they are given when signing in"],
      ["ws://host#there", "leave out what begins with #: write it as ws://chat.example.org/ws"],
      ["https://", "write it as https://chat.example.org/sse"],
      ["http://ann:secret@host", "it has a name or a password in it: they are given when signing in"],
      ["wss:host", `write it as ${Address.forms}`],
      ["ftp://host:21", `write it as ${Address.forms}`],
      ["unix:", "write it as unix:/path"],
      ["unix:/", "write it as unix:/path"],
    ] as const) {
      assert.strictEqual(Result.getOrThrow(Result.flip(Address.parse(text))), hint, text)
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
    for (const text of ["", "8080", "localhost", "[::1]", "a b:80", "host:", "[]:80"]) {
      assert.include(Result.getOrThrow(Result.flip(Address.parse(text))), "host:port", text)
    }
    for (const text of [":0", ":65536", "host:99999"]) {
      assert.include(Result.getOrThrow(Result.flip(Address.parse(text))), "1 to 65535", text)
    }
  })
})

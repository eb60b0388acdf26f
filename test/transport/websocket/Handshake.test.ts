import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { handshake, type HandshakeOptions } from "../../../src/transport/websocket/Handshake.ts"

type Headers = Record<string, string | ReadonlyArray<string> | undefined>

const right = {
  host: "chat.example.org",
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}

interface Changes {
  readonly headers?: Headers
  readonly method?: string
  readonly httpVersion?: string
  readonly rawHeaders?: ReadonlyArray<string>
  readonly options?: Partial<HandshakeOptions>
}

const protocols = ["natter.v2.json", "natter.v2.msgpack", "natter.v1"]

const shake = ({ headers, method = "GET", httpVersion = "1.1", options, rawHeaders }: Changes = {}) => {
  const all: Headers = { ...right, ...headers }
  const pairs = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]))
  const request = { method, httpVersion, headers: all, rawHeaders: [...pairs, ...(rawHeaders ?? [])] }
  return handshake(request, { origins: [], protocols, deflate: false, ...options })
}

const accepted = (changes?: Changes) => {
  const result = shake(changes)
  if (Result.isFailure(result)) assert.fail(result.failure.message)
  return result.success
}
const refused = (changes: Changes) => {
  const result = shake(changes)
  return Result.isFailure(result) ? result.failure : assert.fail("it was accepted")
}

describe("a handshake", () => {
  it("is answered as RFC 6455 has it in its example", () => {
    const { deflate, protocol, response } = accepted()
    assert.deepStrictEqual(response.split("\r\n"), [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      "",
      "",
    ])
    assert.isUndefined(protocol)
    assert.isFalse(deflate)
  })

  it.each<Headers>([
    { upgrade: "WebSocket", connection: "keep-alive, Upgrade" },
    { upgrade: "h2c, websocket", connection: "UPGRADE" },
    { upgrade: ["h2c", "websocket"], connection: ["keep-alive", "upgrade"] },
    { host: "127.0.0.1:8080" },
    { host: "[::1]:8080" },
    { host: "localhost" },
    { "content-length": "0" },
  ])("is taken with %j", (headers) => {
    assert.isTrue(Result.isSuccess(shake({ headers })))
  })

  it.each<readonly [string, Changes, number]>([
    ["POST", { method: "POST" }, 405],
    ["HEAD", { method: "HEAD" }, 405],
    ["get", { method: "get" }, 405],
    ["HTTP/1.0", { httpVersion: "1.0" }, 400],
    ["HTTP/2.0", { httpVersion: "2.0" }, 400],
    ["no Host", { headers: { host: undefined } }, 400],
    ["an empty Host", { headers: { host: "" } }, 400],
    ["two Hosts", { rawHeaders: ["Host", "other.example.org"] }, 400],
    ["a path as Host", { headers: { host: "chat.example.org/ws" } }, 400],
    ["a user in Host", { headers: { host: "ada@chat.example.org" } }, 400],
    ["a port that is none", { headers: { host: "chat.example.org:http" } }, 400],
    ["no Upgrade", { headers: { upgrade: undefined } }, 426],
    ["an Upgrade to something else", { headers: { upgrade: "h2c" } }, 426],
    ["an Upgrade to something longer", { headers: { upgrade: "websockets" } }, 426],
    ["no Connection", { headers: { connection: undefined } }, 400],
    ["a Connection to keep", { headers: { connection: "keep-alive" } }, 400],
    ["no version", { headers: { "sec-websocket-version": undefined } }, 426],
    ["version 8", { headers: { "sec-websocket-version": "8" } }, 426],
    ["version 14", { headers: { "sec-websocket-version": "14" } }, 426],
    ["version 013", { headers: { "sec-websocket-version": "013" } }, 426],
    ["two versions", { headers: { "sec-websocket-version": "13, 13" } }, 426],
    ["no key", { headers: { "sec-websocket-key": undefined } }, 400],
    ["an empty key", { headers: { "sec-websocket-key": "" } }, 400],
    ["a key of 15 bytes", { headers: { "sec-websocket-key": Buffer.alloc(15).toString("base64") } }, 400],
    ["a key of 17 bytes", { headers: { "sec-websocket-key": Buffer.alloc(17).toString("base64") } }, 400],
    ["a key that is not base64", { headers: { "sec-websocket-key": "dGhlIHNhbXBsZSBub25j-Q==" } }, 400],
    ["a key without its end", { headers: { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ" } }, 400],
    [
      "two keys",
      { headers: { "sec-websocket-key": `${right["sec-websocket-key"]}, ${right["sec-websocket-key"]}` } },
      400,
    ],
    ["a body", { headers: { "content-length": "5" } }, 400],
    ["a body in chunks", { headers: { "transfer-encoding": "chunked" } }, 400],
    ["extensions against the grammar", { headers: { "sec-websocket-extensions": "permessage-deflate;" } }, 400],
  ])("is refused with %s", (_, changes, status) => {
    const refusal = refused(changes)
    assert.strictEqual(refusal.status, status)
    assert.isNotEmpty(refusal.message)
    if (status === 405) assert.deepStrictEqual(refusal.headers, { Allow: "GET" })
    if (status === 426) assert.strictEqual(refusal.headers["Upgrade"], "websocket")
  })

  it("says which version is spoken", () => {
    assert.strictEqual(refused({ headers: { "sec-websocket-version": "7" } }).headers["Sec-WebSocket-Version"], "13")
  })
})

describe("the origin of a page", () => {
  it.each([
    ["https://chat.example.org", "chat.example.org", []],
    ["http://chat.example.org", "chat.example.org", []],
    ["https://chat.example.org", "chat.example.org:443", []],
    ["http://chat.example.org", "chat.example.org:80", []],
    ["http://localhost:5173", "localhost:5173", []],
    ["http://[::1]:8080", "[::1]:8080", []],
    ["https://chat.example.org", "CHAT.example.org", []],
    ["https://app.example.org", "chat.example.org", ["https://app.example.org"]],
    ["https://app.example.org", "chat.example.org", ["https://other.example.org", "https://APP.example.org:443/"]],
    ["null", "chat.example.org", ["null"]],
    ["https://anywhere.example.com", "chat.example.org", ["*"]],
    ["null", "chat.example.org", ["*"]],
  ])("%s may come in to %s, with %j", (origin, host, origins) => {
    assert.isTrue(Result.isSuccess(shake({ headers: { origin, host }, options: { origins } })))
  })

  it.each([
    ["https://evil.example.com", "chat.example.org", []],
    ["https://chat.example.org.evil.example.com", "chat.example.org", []],
    ["https://evil.example.com/chat.example.org", "chat.example.org", []],
    ["http://chat.example.org:8080", "chat.example.org", []],
    ["http://chat.example.org", "chat.example.org:443", []],
    ["ftp://chat.example.org", "chat.example.org", []],
    ["chat.example.org", "chat.example.org", []],
    ["null", "chat.example.org", []],
    ["", "chat.example.org", []],
    ["https://chat.example.org, https://evil.example.com", "chat.example.org", []],
    ["http://app.example.org", "chat.example.org", ["https://app.example.org"]],
    ["https://app.example.org:8443", "chat.example.org", ["https://app.example.org"]],
    // A list is all that may: also a page of the same host has to be in it.
    ["https://chat.example.org", "chat.example.org", ["https://app.example.org"]],
    ["null", "chat.example.org", ["https://app.example.org"]],
  ])("%j may not come in to %s, with %j", (origin, host, origins) => {
    assert.strictEqual(refused({ headers: { origin, host }, options: { origins } }).status, 403)
  })

  it("is not asked of what is no browser", () => {
    assert.isTrue(Result.isSuccess(shake({ options: { origins: ["https://app.example.org"] } })))
  })
})

describe("the subprotocol", () => {
  const offering = (offer: string | ReadonlyArray<string>) => ({ headers: { "sec-websocket-protocol": offer } })

  it.each([
    ["natter.v1", "natter.v1"],
    ["natter.v2.msgpack, natter.v2.json", "natter.v2.msgpack"],
    ["natter.v2.json,natter.v2.msgpack", "natter.v2.json"],
    ["natter.v9.xml, natter.v1", "natter.v1"],
  ])("of %s is %s", (offer, protocol) => {
    const answer = accepted(offering(offer))
    assert.strictEqual(answer.protocol, protocol)
    assert.include(answer.response, `\r\nSec-WebSocket-Protocol: ${protocol}\r\n`)
  })

  it("may be offered in several headers", () => {
    assert.strictEqual(accepted(offering(["mqtt", "natter.v1"])).protocol, "natter.v1")
  })

  it.each(["mqtt", "natter.v3, mqtt", "NATTER.V1"])("%s is not known, and those that are get named", (offer) => {
    const { message, status } = refused(offering(offer))
    assert.strictEqual(status, 400)
    for (const name of protocols) assert.include(message, name)
  })

  it.each(["", ",", "natter.v1,", "natter.v1, natter.v1", "natter v1", "natter.v1; q=1"])(
    "%j is no list of names",
    (offer) => {
      assert.strictEqual(refused(offering(offer)).status, 400)
    },
  )
})

it("compression is agreed on where it is allowed and offered", () => {
  const headers = { "sec-websocket-extensions": "permessage-deflate; client_max_window_bits" }
  const { deflate, response } = accepted({ headers, options: { deflate: true } })
  assert.isTrue(deflate)
  assert.include(
    response,
    "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n",
  )
  for (const other of [accepted({ headers }), accepted({ options: { deflate: true } })]) {
    assert.isFalse(other.deflate)
    assert.notInclude(other.response, "Extensions")
  }
})

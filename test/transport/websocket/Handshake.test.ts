import { assert, describe, it } from "@effect/vitest"
import { messages } from "../../../src/protocol/Framing.ts"
import { Dice } from "../../../src/testing/Dice.ts"
import { deflated, inflate } from "../../../src/transport/websocket/Deflate.ts"
import { handshake, type HandshakeOptions, type Subprotocol } from "../../../src/transport/websocket/Handshake.ts"

type Headers = Record<string, string | Array<string> | undefined>

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

const shake = ({ headers, method = "GET", httpVersion = "1.1", options, rawHeaders }: Changes = {}) => {
  const all: Headers = { ...right, ...headers }
  const pairs = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]))
  const request = { method, httpVersion, headers: all, rawHeaders: [...pairs, ...(rawHeaders ?? [])] }
  return handshake(request, { allowed: [], own: new Set(["https://chat.example.org"]), compression: false, ...options })
}

const accepted = (changes?: Changes) => {
  const answer = shake(changes)
  return answer._tag === "Accepted" ? answer : assert.fail(answer.message)
}
const refused = (changes: Changes) => {
  const answer = shake(changes)
  return answer._tag === "Refused" ? answer : assert.fail("it was accepted")
}

describe("a handshake", () => {
  it("is answered as RFC 6455 has it in its example", () => {
    const { framing, inflater, protocol, response } = accepted()
    assert.deepStrictEqual(response.split("\r\n"), [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      "",
      "",
    ])
    assert.isUndefined(protocol)
    assert.isUndefined(inflater)
    assert.strictEqual(framing, messages)
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
    assert.strictEqual(shake({ headers })._tag, "Accepted")
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

const own = new Set(["https://chat.example.org", "http://localhost:5173"])

describe("the origin of a page", () => {
  it.each([
    ["https://chat.example.org", []],
    ["https://chat.example.org:443", []],
    ["https://CHAT.example.org", []],
    ["http://localhost:5173", []],
    ["https://app.example.org", ["https://app.example.org"]],
    ["https://app.example.org", ["https://other.example.org", "https://APP.example.org:443/"]],
    ["https://chat.example.org", ["https://app.example.org"]],
    ["null", ["null"]],
    ["capacitor://localhost", ["capacitor://localhost"]],
    ["https://anywhere.example.com", ["*"]],
    ["null", ["*"]],
  ])("%s may come in, with %j", (origin, allowed) => {
    assert.strictEqual(shake({ headers: { origin }, options: { allowed, own } })._tag, "Accepted")
  })

  it.each([
    ["https://evil.example.com", []],
    ["https://chat.example.org.evil.example.com", []],
    ["https://evil.example.com/chat.example.org", []],
    ["http://chat.example.org", []],
    ["https://chat.example.org:8080", []],
    ["http://localhost", []],
    ["ftp://chat.example.org", []],
    ["chat.example.org", []],
    ["null", []],
    ["", []],
    ["https://chat.example.org, https://evil.example.com", []],
    ["http://app.example.org", ["https://app.example.org"]],
    ["https://app.example.org:8443", ["https://app.example.org"]],
    ["null", ["https://app.example.org"]],
    ["capacitor://evil", ["capacitor://localhost"]],
  ])("%j may not come in, with %j", (origin, allowed) => {
    assert.strictEqual(refused({ headers: { origin }, options: { allowed, own } }).status, 403)
  })

  it("is not asked of what is no browser", () => {
    assert.strictEqual(shake({ options: { own: new Set() } })._tag, "Accepted")
  })
})

describe("the subprotocol", () => {
  const offering = (offer: string | Array<string>) => ({ headers: { "sec-websocket-protocol": offer } })

  it.each<readonly [string, Subprotocol]>([
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
    for (const name of ["natter.v2.json", "natter.v2.msgpack", "natter.v1"]) assert.include(message, name)
  })

  it.each(["", ",", "natter.v1,", "natter.v1, natter.v1", "natter v1", "natter.v1; q=1"])(
    "%j is no list of names",
    (offer) => {
      const { message, status } = refused(offering(offer))
      assert.strictEqual(status, 400)
      assert.include(message, "list of different names")
    },
  )
})

it("compression is agreed on where it is allowed and offered", () => {
  const headers = { "sec-websocket-extensions": "permessage-deflate; client_max_window_bits" }
  const { framing, inflater, response } = accepted({ headers, options: { compression: true } })
  assert.strictEqual(framing, deflated)
  assert.strictEqual(inflater, inflate)
  assert.include(
    response,
    "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n",
  )
  for (const other of [accepted({ headers }), accepted({ options: { compression: true } })]) {
    assert.strictEqual(other.framing, messages)
    assert.isUndefined(other.inflater)
    assert.notInclude(other.response, "Extensions")
  }
})

it("whatever stands in the headers is answered, and none of it gets into the answer but a name that we know", () => {
  const dice = new Dice(1)
  const names = [...Object.keys(right), "origin", "sec-websocket-protocol", "sec-websocket-extensions"]
  const pieces = [
    "natter.v1",
    "permessage-deflate",
    "=",
    ";",
    ",",
    " ",
    '"',
    "\\",
    "\r\nSet-Cookie: a=b\r\n",
    "é",
    "\0",
    "[",
    "://",
  ]
  for (let times = 0; times < 2000; times++) {
    const changed = Array.from({ length: 1 + dice.below(2) }, () => [
      dice.pick(names),
      Array.from({ length: dice.below(6) }, () => dice.pick(pieces)).join(""),
    ])
    const answer = shake({ headers: Object.fromEntries(changed), options: { allowed: ["*"], compression: true } })
    if (answer._tag === "Refused") assert.isAtLeast(answer.status, 400)
    else assert.notInclude(answer.response, "Cookie")
  }
})

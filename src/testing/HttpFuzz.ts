/**
 * Hostile streams of HTTP from a seed: requests for what the service has, and for what it has not, most of them right, others
 * bent where readers of HTTP have disagreed before: line ends, lengths, chunks, hosts, targets and headers. The same seed
 * gives the same stream.
 */
import { Dice } from "./Dice.ts"
import * as Hostile from "./internal/hostile.ts"
import { hostileJson } from "./internal/hostileJson.ts"

export interface HostileRequests {
  readonly seed: number
  /** How many requests it is meant to be. */
  readonly count: number
  /** Less than a megabyte, in the pieces in which it should arrive. */
  readonly chunks: ReadonlyArray<Uint8Array>
}

/** Stands wherever somebody proves who it is: an answer that repeats it has leaked. */
export const secret = `nat_${Hostile.secret}`

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
const oddMethods = [
  "TRACE",
  "CONNECT",
  "get",
  "Post",
  "",
  "PRI",
  "PURGE",
  "M-SEARCH",
  "G\0T",
  "GET GET",
  "X".repeat(300),
]

const channels = [
  "den",
  "lobby",
  "%64en",
  "d%65n",
  "a%20b",
  "%00",
  "%2f",
  "..",
  "%c0%ae",
  "%F0%9F%90%99",
  "x".repeat(300),
]

const paths: ReadonlyArray<(dice: Dice) => string> = [
  () => "/",
  () => "/ws",
  () => "/sse",
  (dice) => `/sse/${dice.pick(["", "AAAAAAAAAAAAAAAAAAAAAA", "..", "%2e%2e", "a/b"])}`,
  (dice) =>
    dice.pick(["/livez", "/readyz", "/metrics", "/docs", "/openapi.json", "/.well-known/jwks.json", "/favicon.ico"]),
  (dice) =>
    `/api/v1/${dice.pick(["", "session", "me", "users", "tokens", "invitations", "webhooks", "channels", "blocks", "unread", "audit", "nothing"])}`,
  (dice) => `/api/v1/channels/${dice.pick(channels)}`,
  (dice) =>
    `/api/v1/channels/${dice.pick(channels)}/${dice.pick(["messages", "members", "read", "search", "bans", "audit"])}`,
  (dice) =>
    `/api/v1/channels/${dice.pick(channels)}/messages/${dice.pick(["1", "0", "-1", "1e3", "x", "9007199254740993", "%31"])}`,
  (dice) => `/api/v1/users/${dice.pick(channels)}`,
  (dice) => `/hooks/${dice.pick(channels)}`,
]

const oddTargets = [
  "",
  "*",
  "//",
  "/../..",
  "/%",
  "/%zz",
  "nothing",
  "/a b",
  "/\0",
  "/é",
  "http://localhost/sse",
  "http://evil.example/sse",
  "http:///sse",
  "HTTP://LOCALHOST/sse",
  "localhost:80",
  `/${"a".repeat(20_000)}`,
]

const queries = [
  "limit=1",
  "limit=-1",
  "limit=1e99",
  "before=1&before=2",
  "after=x",
  "q=%00",
  "q=%ff",
  "protocol=natter.v2.json",
  "protocol=natter.v9",
  "last_event_id=x.1",
  "seq=NaN",
  "__proto__=1",
  "%5B%5D=",
  "&&==",
  `q=${"a".repeat(2000)}`,
]

const target = (dice: Dice): string => {
  if (dice.once(25)) return dice.pick(oddTargets)
  const path = dice.pick(paths)(dice)
  return dice.once(3) ? `${path}?${dice.pick(queries)}` : path
}

const versions = ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/11", "http/1.1", "RTSP/1.0", ""]

const hosts = ["", "evil.example", "a, b", "a/b", "a@b", "[::1]:1", "x".repeat(300), "a b", "localhost:99999"]

/** Headers that something here looks at, with values that it knows and that it does not. */
const headers: ReadonlyArray<readonly [name: string, values: ReadonlyArray<string>]> = [
  ["Authorization", [`Bearer ${secret}`, `Basic ${secret}`, "Bearer", "Bearer a.b.c", `Bearer ${"x".repeat(5000)}`]],
  ["Cookie", [`natter=${secret}`, `session=${secret}; csrf=${secret}`, "=", ";;;", "a".repeat(5000)]],
  ["X-CSRF-Token", [secret, ""]],
  [
    "Content-Type",
    ["application/json", "text/plain", "application/json; charset=utf-16", "a/b/c", "multipart/form-data", ""],
  ],
  ["Content-Encoding", ["identity", "gzip", "br, gzip", ""]],
  ["Accept", ["*/*", "text/event-stream", "application/json;q=0", ",,,", "\t"]],
  ["Accept-Encoding", ["gzip, br", "identity;q=0", "*;q=0", "gzip;q=x"]],
  ["Idempotency-Key", ["1", "a b", "x".repeat(5000), "\xff"]],
  ["X-Request-Id", ["1", "a\tb", "x".repeat(5000), "${jndi:x}", "\xff"]],
  ["If-None-Match", ["*", '"x"', 'W/"x"', '"', `"${"x".repeat(5000)}"`]],
  ["If-Match", ["*", '"x"', ","]],
  ["Range", ["bytes=0-0", "bytes=-1", `bytes=${"0-1,".repeat(1000)}`]],
  ["Origin", ["null", "http://localhost", "http://evil.example", "", "*"]],
  ["Access-Control-Request-Method", ["GET", "POST", "", "x"]],
  ["Last-Event-ID", ["", "AAAAAAAAAAAAAAAAAAAAAA.1", "x.99999999999999999999", "\xff"]],
  ["Expect", ["100-continue", "100-CONTINUE, x", "200-ok"]],
  ["Connection", ["close", "keep-alive", "Upgrade", "close, keep-alive", "Host", ""]],
  ["Upgrade", ["websocket", "h2c", "h2c, websocket", "websockets", ""]],
  ["HTTP2-Settings", ["AAMAAABkAAQCAAAAAAIAAAAA"]],
  ["Sec-WebSocket-Version", ["13", "8", "013"]],
  ["Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZQ==", "x", ""]],
  ["Sec-WebSocket-Protocol", ["natter.v2.json", "natter.v1, natter.v2.msgpack", ",", "x"]],
  ["Sec-WebSocket-Extensions", ["permessage-deflate", "permessage-deflate; server_max_window_bits=99", ";"]],
  ["Forwarded", ["for=192.0.2.1", 'for="[2001:db8::1]";host=x;proto=https', "for=", '"']],
  ["X-Forwarded-For", ["192.0.2.1", "a, b", ",".repeat(500)]],
  ["TE", ["trailers", "gzip"]],
  ["Trailer", ["Content-Length"]],
  ["X-HTTP-Method-Override", ["DELETE"]],
  ["__proto__", ["x"]],
  ["constructor", ["x"]],
]

const oddLines = [
  " X: folded",
  "X : y",
  "X",
  ": y",
  "X: a\rb",
  "X: a\0b",
  "X\0: y",
  "Xé: y",
  "X: é",
  "X:",
  "\rX: y",
  `X: ${"y".repeat(20_000)}`,
  ...["Content-Length", "Transfer-Encoding", "Host", "Authorization"].map((name) => `${name}: x`),
]

/** Everything that makes the service go on in another way than by an answer. */
const upgrade = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
]

const header = (dice: Dice): string => {
  if (dice.once(30)) return dice.pick(oddLines)
  const [name, values] = dice.pick(headers)
  const value = dice.once(40) ? Buffer.from(dice.bytes(dice.below(40))).toString("latin1") : dice.pick(values)
  return `${dice.once(10) ? name.toLowerCase() : name}:${dice.once(20) ? "\t" : " "}${value}`
}

const lengths = ["-1", "+1", "0x1", "1, 1", "1e1", "", "18446744073709551617", "99999999999", "01", "1 ", "\v1"]
const codings = ["xchunked", "chunked, chunked", "gzip, chunked", "identity", "\vchunked", "chunked\0", "", "CHUNKED"]
const sizes = [
  "-1",
  "0x1",
  "",
  "g",
  " 1",
  "1 ",
  "fffffffffffffffff",
  "ffffffffffffffff",
  '1;a="\n"',
  "1;a=b",
  `1;${"a".repeat(3000)}`,
]

const chunked = (body: string, eol: string, dice: Dice): string => {
  let written = ""
  for (let rest = body; rest !== "";) {
    const length = 1 + dice.below(Math.min(rest.length, 500))
    const size = dice.once(40) ? dice.pick(sizes) : length.toString(16)
    written += `${size}${dice.once(40) ? "\n" : eol}${rest.slice(0, length)}${dice.once(40) ? "" : eol}`
    rest = rest.slice(length)
  }
  const trailer = dice.once(10) ? `${dice.pick(oddLines)}${eol}` : ""
  return dice.once(20) ? written : `${written}0${eol}${trailer}${eol}`
}

/** What is said of a body, and the body as it is written. */
const framed = (body: string, eol: string, dice: Dice): readonly [said: ReadonlyArray<string>, body: string] => {
  const length = `Content-Length: ${dice.once(25) ? dice.pick(lengths) : dice.once(25) ? dice.below(2000) : body.length}`
  const coding = `Transfer-Encoding: ${dice.once(20) ? dice.pick(codings) : "chunked"}`
  if (dice.once(30)) return [dice.once(2) ? [length, coding] : [coding, length], chunked(body, eol, dice)]
  if (dice.once(30)) return [[length, `Content-Length: ${body.length}`], body]
  return dice.once(3) ? [[coding], chunked(body, eol, dice)] : [[length], body]
}

const request = (dice: Dice, credential: string): string => {
  const eol = dice.once(30) ? "\n" : "\r\n"
  const method = dice.once(40) ? dice.pick(oddMethods) : dice.once(2) ? "GET" : dice.pick(methods)
  const line = `${method}${dice.once(60) ? "\t" : " "}${target(dice)} ${dice.once(25) ? dice.pick(versions) : "HTTP/1.1"}`
  const host = dice.once(30) ? [] : [`Host: ${dice.once(25) ? dice.pick(hosts) : "localhost"}`]
  if (dice.once(60)) host.push("Host: localhost")
  const count = dice.once(60) ? 200 : dice.below(6)
  const own = dice.once(20) ? [...upgrade] : []
  const hasBody = dice.once(method === "GET" || method === "HEAD" ? 30 : 1)
  const [said, body] = hasBody ? framed(hostileJson(dice), eol, dice) : [[], ""]
  if (dice.once(2)) own.push(`Authorization: Bearer ${credential}`)
  const lines = [line, ...host, ...own, ...Array.from({ length: count }, () => header(dice)), ...said]
  return `${lines.join(eol)}${eol}${eol}${body}`
}

/**
 * The hostile stream of a seed, an unsigned integer of 32 bits. Some of its requests are of whoever has this token: without a
 * good one most of them get no further than to be asked for one.
 */
export const stream = (seed: number, credential: string = secret): HostileRequests => {
  const dice = new Dice(seed)
  const count = 1 + dice.below(6)
  const requests = Array.from({ length: count }, () => (dice.once(80) ? junk(dice) : request(dice, credential)))
  const whole = Buffer.from(requests.join(""), "latin1")
  const bytes = dice.once(6) ? Hostile.damage(whole, dice) : whole
  const end = dice.once(6) ? dice.below(bytes.byteLength) : bytes.byteLength
  return { seed, count, chunks: Hostile.split(bytes.subarray(0, end), dice) }
}

const junk = (dice: Dice): string => Buffer.from(Hostile.junk(dice)).toString("latin1")

/** Requests that can be read in two ways, or in none: refused, and nothing behind them is done. */
import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { maxHeaders } from "../../../src/transport/http/Faults.ts"
import { eventually, live, member1, nobodyLeft, tcp } from "../../suites/transportWorld.ts"
import { answersIn, assertProblem, call, get, openDoor, post, text } from "./door.ts"

/** What is said, and either the status with which it is refused or what is made of it. */
type Row = readonly [what: string, bytes: string, outcome: number | ReadonlyArray<string>]

const chunked = "Transfer-Encoding: chunked"
/** Stands where one reader sees a body and another the next request. */
const smuggled = get("/smuggled")
const chunks = (...lines: ReadonlyArray<string>) => post("/there", [chunked], text(...lines))
const sized = (length: string, body = "x") => post("/there", [`Content-Length: ${length}`], body)
const coded = (coding: string) => post("/there", [`Transfer-Encoding: ${coding}`], `0\r\n\r\n${smuggled}`)

const framing: ReadonlyArray<Row> = [
  ["a length and chunks", post("/there", ["Content-Length: 6", chunked], `0\r\n\r\n${smuggled}`), 400],
  ["chunks and a length", post("/there", [chunked, "Content-Length: 6"], `0\r\n\r\n${smuggled}`), 400],
  ["two lengths", post("/there", ["Content-Length: 1", "Content-Length: 2"], "xy"), 400],
  ["the same length twice", post("/there", ["Content-Length: 1", "Content-Length: 1"], "x"), 400],
  ["a list of lengths", sized("1, 1"), 400],
  ["a length with a plus", sized("+1"), 400],
  ["a length below nothing", sized("-1"), 400],
  ["a length in hexadecimal", sized("0x1"), 400],
  ["a length as a power", sized("1e0"), 400],
  ["a length in two words", sized("1 1"), 400],
  ["a length of nothing", sized(""), 400],
  ["a length in letters", sized("one"), 400],
  ["a length that is no integer", sized("1.0"), 400],
  ["a length beyond 64 bits", sized("18446744073709551617"), 400],
  ["a length with a tab in front", sized("\t1"), ["POST /there x"]],
  ["a length with zeros in front", sized("0001"), ["POST /there x"]],
  ["a length of none", sized("0", ""), ["POST /there"]],
  ["a space before the colon", post("/there", ["Content-Length : 1"], "x"), 400],
  ["a space before the colon of chunks", post("/there", ["Transfer-Encoding : chunked"], `0\r\n\r\n${smuggled}`), 400],
  ["a vertical tab before chunked", coded("\vchunked"), 400],
  ["a NUL behind chunked", coded("chunked\0"), 400],
  ["chunked twice", coded("chunked, chunked"), 400],
  ["chunked in two headers", post("/there", [chunked, chunked], `0\r\n\r\n${smuggled}`), 400],
  ["chunked and then something", coded("chunked, identity"), 400],
  ["nothing in place of chunked", coded(""), 400],
  ["something before chunked", coded("gzip, chunked"), 501],
  ["what is called almost so", coded("xchunked"), 501],
  ["chunked in quotes", coded('"chunked"'), 501],
  ["identity", coded("identity"), 501],
  ["chunked in capitals", post("/there", ["Transfer-Encoding: CHUNKED"], "1\r\nx\r\n0\r\n\r\n"), ["POST /there x"]],
  ["chunked in HTTP/1.0", text("POST /there HTTP/1.0", "Connection: keep-alive", chunked, "", "0", "") + smuggled, 400],
  ["chunked on the next line", post("/there", ["Transfer-Encoding:", " chunked"], `0\r\n\r\n${smuggled}`), 400],
  ["a body that is packed", post("/there", ["Content-Encoding: gzip", "Content-Length: 1"], "x"), 415],
  ["one that is packed twice", post("/there", ["Content-Encoding: identity, br", "Content-Length: 1"], "x"), 415],
  ["a GET with a body", text("GET /there HTTP/1.1", "Host: localhost", "Content-Length: 1", "", "x"), 400],
  ["a GET with chunks", text("GET /there HTTP/1.1", "Host: localhost", chunked, "", "0", ""), 400],
  ["a HEAD with a body", text("HEAD /there HTTP/1.1", "Host: localhost", "Content-Length: 1", "", "x"), 400],
]

const chunksThemselves: ReadonlyArray<Row> = [
  ["as they should be", chunks("1", "x", "2", "yz", "0", ""), ["POST /there xyz"]],
  ["with extensions", chunks("1;a=b;c", "x", "0;d", ""), ["POST /there x"]],
  ["with zeros in front", chunks("0001", "x", "000", ""), ["POST /there x"]],
  ["with a trailer", chunks("1", "x", "0", "X-Last: one", ""), ["POST /there x"]],
  ["below nothing", chunks("-1", "x", "0", ""), 400],
  ["with a prefix of hexadecimal", chunks("0x1", "x", "0", ""), 400],
  ["beyond 64 bits", chunks("fffffffffffffffff", "x", "0", ""), 400],
  ["of no length", chunks("", "x", "0", ""), 400],
  ["of a length in letters", chunks("g", "x", "0", ""), 400],
  ["with a space in front", chunks(" 1", "x", "0", ""), 400],
  ["with a space behind", chunks("1 ", "x", "0", ""), 400],
  ["that are longer than they say", chunks("1", "xx", "0", ""), 400],
  ["that are shorter than they say", chunks("3", "x", "0", ""), 400],
  ["whose size ends with a line feed alone", post("/there", [chunked], "1\nx\r\n0\r\n\r\n"), 400],
  ["which end with a line feed alone", post("/there", [chunked], "1\r\nx\n0\r\n\r\n"), 400],
  ["whose extension ends with a line feed alone", post("/there", [chunked], "1;a\nx\r\n0\r\n\r\n"), 400],
  ["with a line feed in an extension in quotes", post("/there", [chunked], '1;a="\n"\r\nx\r\n0\r\n\r\n'), 400],
  ["with endless extensions", chunks(`1;${"a".repeat(20_000)}`, "x", "0", ""), 413],
  ["with a length as a trailer", chunks("0", "Content-Length: 5", ""), 400],
  ["with a broken trailer", chunks("0", "X-Last : one", ""), 400],
]

const lines: ReadonlyArray<Row> = [
  ["a line feed alone, everywhere", "GET /there HTTP/1.1\nHost: localhost\n\n", 400],
  ["a line feed alone behind the first line", "GET /there HTTP/1.1\nHost: localhost\r\n\r\n", 400],
  ["a line feed alone behind a header", "GET /there HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", 400],
  ["a line feed alone at the end", "GET /there HTTP/1.1\r\nHost: localhost\r\n\n", 400],
  ["a carriage return in a header", get("/there", "X: a\rb"), 400],
  ["a carriage return before a header", get("/there", "\rX: a"), 400],
  ["a header on two lines", get("/there", "X: a", " b"), 400],
  ["a space before the first header", text("GET /there HTTP/1.1", " X: a", "Host: localhost", ""), 400],
  ["a header without a colon", get("/there", "X"), 400],
  ["a header without a name", get("/there", ": y"), 400],
  ["a NUL in the value of a header", get("/there", "X: a\0b"), 400],
  ["a NUL in the name of a header", get("/there", "X\0Y: a"), 400],
  ["signs that no name has", get("/there", "X(Y): a"), 400],
  ["a name beyond ASCII", get("/there", "Xé: a"), 400],
  ["a value beyond ASCII", get("/there", "X: é"), ["GET /there"]],
  ["a header with nothing in it", get("/there", "X:"), ["GET /there"]],
  ["two spaces in the first line", text("GET  /there HTTP/1.1", "Host: localhost", ""), ["GET /there"]],
  ["tabs in the first line", text("GET\t/there\tHTTP/1.1", "Host: localhost", ""), 400],
  ["a first line that is too long", get(`/${"a".repeat(20_000)}`), 431],
  ["a header that is too long", get("/there", `X: ${"a".repeat(20_000)}`), 431],
  ["as many headers as there may be", get("/there", ...many(maxHeaders - 1)), ["GET /there"]],
  ["one more", get("/there", ...many(maxHeaders)), 431],
  ["more than Node looks at", get("/there", ...many(3000)), 431],
  ["two that may be there once", get("/there", "Authorization: Bearer a", "authorization: Bearer b"), 400],
  ["two origins", get("/there", "Origin: http://localhost", "Origin: http://evil.example"), 400],
  ["HTTP/0.9 by its number", text("GET /there HTTP/0.9", "Host: localhost", ""), 505],
  ["HTTP/2.0", text("GET /there HTTP/2.0", "Host: localhost", ""), 505],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ["HTTP/1.2", text("GET /there HTTP/1.2", "Host: localhost", ""), 400],
  ["HTTP/3.0", text("GET /there HTTP/3.0", "Host: localhost", ""), 400],
  ["HTTP/1.10", text("GET /there HTTP/1.10", "Host: localhost", ""), 400],
  ["a version in small letters", text("GET /there http/1.1", "Host: localhost", ""), 400],
  ["RTSP", text("DESCRIBE /there RTSP/1.0", "Host: localhost", ""), 501],
  ["an answer", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 400],
  ["a method that nobody has", text("FETCH /there HTTP/1.1", "Host: localhost", ""), 400],
  ["a method with small letters", text("Get /there HTTP/1.1", "Host: localhost", ""), 400],
  ["TRACE", text("TRACE /there HTTP/1.1", "Host: localhost", ""), 501],
  ["PROPFIND", text("PROPFIND /there HTTP/1.1", "Host: localhost", ""), 501],
  ["CONNECT", text("CONNECT there:443 HTTP/1.1", "Host: there:443", ""), 405],
  ["an expectation that nobody has", get("/there", "Expect: the-worst"), 417],
]

function many(count: number): ReadonlyArray<string> {
  return Array.from({ length: count }, (_, at) => `X: ${at % 10}`)
}

const hosted = (target: string, ...hosts: ReadonlyArray<string>) =>
  text(`GET ${target} HTTP/1.1`, ...hosts.map((host) => `Host: ${host}`), "")

const targets: ReadonlyArray<Row> = [
  ["no Host", hosted("/there"), 400],
  ["no Host in HTTP/1.0", text("GET /there HTTP/1.0", ""), ["GET /there"]],
  ["a bad Host in HTTP/1.0", text("GET /there HTTP/1.0", "Host: a/b", ""), 400],
  ["two Hosts", hosted("/there", "localhost", "evil.example"), 400],
  ["the same Host twice", hosted("/there", "localhost", "localhost"), 400],
  ["an empty Host", hosted("/there", ""), 400],
  ["a list of hosts", hosted("/there", "localhost, evil.example"), 400],
  ["a path as Host", hosted("/there", "localhost/there"), 400],
  ["a user in Host", hosted("/there", "ann@localhost"), 400],
  ["a space in Host", hosted("/there", "local host"), 400],
  ["a port that is none", hosted("/there", "localhost:http"), 400],
  ["a port that is too large", hosted("/there", "localhost:65536"), 400],
  ["an address of IPv6", hosted("/there", "[::1]:8080"), ["GET /there"]],
  ["the whole address", hosted("http://localhost:80/there", "localhost:80"), ["GET /there"]],
  ["the address of another host", hosted("http://evil.example/there", "localhost"), 400],
  ["a user in the address", hosted("http://ann@localhost/there", "localhost"), 400],
  ["an address with another scheme", hosted("ftp://localhost/there", "localhost"), 400],
  ["an address of no host", hosted("http:///there", "localhost"), 400],
  ["a host and a port alone", hosted("localhost:80", "localhost:80"), 400],
  ["a star", hosted("*", "localhost"), 400],
  ["a star with OPTIONS", text("OPTIONS * HTTP/1.1", "Host: localhost", ""), ["OPTIONS *"]],
  ["no slash", hosted("there", "localhost"), 400],
  ["a NUL", hosted("/the\0re", "localhost"), 400],
  ["a byte beyond ASCII", hosted("/thére", "localhost"), 400],
  ["a space", hosted("/the re", "localhost"), 400],
]

const last = get("/behind", "Connection: close")

describe.each([
  ["framing", framing],
  ["chunks", chunksThemselves],
  ["lines and headers", lines],
  ["hosts and targets", targets],
] as const)("%s", (_name, rows) => {
  live("are taken as they are meant, or refused with all that is behind them", tcp.layer(), (server) =>
    Effect.forEach(
      rows,
      ([what, bytes, outcome]) =>
        Effect.gen(function* () {
          const door = yield* openDoor(server)
          const caller = yield* call(door)
          // In one piece: what a reader of another mind would see behind it is there at once.
          caller.say(bytes + last)
          const isOld = bytes.includes("HTTP/1.0\r\n")
          const answers = answersIn(yield* caller.all, bytes.startsWith("HEAD"))
          const statuses = answers.map(({ status }) => status)
          if (typeof outcome === "number") {
            assert.deepStrictEqual(statuses, [outcome], what)
            assert.strictEqual(answers[0]!.headers.get("connection"), "close", what)
            if (!bytes.startsWith("HEAD")) assertProblem(answers[0]!, what)
            assert.deepStrictEqual(door.handled, [], what)
          } else {
            assert.deepStrictEqual(door.handled, isOld ? outcome : [...outcome, "GET /behind"], what)
            assert.deepStrictEqual(statuses, isOld ? [200] : [200, 200], what)
          }
        }),
      { concurrency: 8, discard: true },
    ).pipe(
      Effect.scoped,
      Effect.andThen(nobodyLeft(server)),
      Effect.andThen(
        eventually(
          "no request is open",
          Effect.sync(() => server.limits.requests.taken === 0),
        ),
      ),
    ),
  )
})

/** Ways to say what is not said: none is taken for another. */
const detours = [
  "/./sse",
  "/../sse",
  "//sse",
  "/sse/",
  "/sse/..",
  "/sse/../ws",
  "/sse/%2e%2e/ws",
  "/%73se",
  "/sse%2f",
  "/sse%00",
  "/sse%20",
  "/SSE",
  "/ws/",
  "/%77s",
  "/..%2fws",
  "/..%5cws",
  "/..;/ws",
  "/\\..\\ws",
  "/%c0%ae%c0%ae/etc/passwd",
  "/../../../../etc/passwd",
  "/..%252f..%252fetc/passwd",
  "/%",
  "/%zz",
  "/?x=/sse",
  "/sse;a=b",
]

describe("ways around", () => {
  live("lead nowhere, and a page of another origin gets no further than before", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const at = server.address!
      for (const path of detours) {
        const caller = yield* call(at)
        caller.say(get(path, "Connection: close"))
        const [answer, ...others] = answersIn(yield* caller.all)
        assert.strictEqual(answer!.status, path === "/sse/" || path.startsWith("/sse/") ? 405 : 404, path)
        assertProblem(answer!, path)
        assert.lengthOf(others, 0, path)
      }
    }).pipe(Effect.scoped, Effect.andThen(nobodyLeft(server))),
  )

  const upgrade = [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ]
  const strangers = [
    "null",
    "http://evil.example",
    "http://localhost.evil.example",
    "http://evil.example/localhost",
    "http://localhost@evil.example",
    "http://xlocalhost",
    "http://localhost:81",
    "https://localhost",
    "file://",
    "http://localhost http://evil.example",
    "http://localhost, http://evil.example",
    "//localhost",
    "localhost",
  ]
  live("strange pages open neither a WebSocket nor a stream", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const at = server.address!
      for (const origin of strangers) {
        for (const request of [get("/ws", ...upgrade, `Origin: ${origin}`), get("/sse", `Origin: ${origin}`)]) {
          const caller = yield* call(at)
          caller.say(request.replace("Connection: Upgrade", "Connection: Upgrade, close"))
          yield* eventually(
            "it is answered",
            Effect.sync(() => caller.heard().includes("}")),
          )
          const [answer] = answersIn(caller.heard())
          assert.strictEqual(answer!.status, 403, `${origin}: ${request.slice(0, 10)}`)
          assert.isUndefined(answer!.headers.get("access-control-allow-origin"))
          assert.isUndefined(answer!.headers.get("access-control-allow-credentials"))
        }
      }
    }).pipe(Effect.scoped, Effect.andThen(nobodyLeft(server))),
  )

  live("others are served all the while", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const neighbour = yield* member1(server, "neighbour")
      yield* Effect.forEach(
        [...framing, ...lines],
        ([, bytes]) => Effect.map(call(server.address!), (caller) => caller.say(bytes)),
        { discard: true },
      )
      yield* neighbour.send({ type: "Ping", sequence: 7 })
      assert.strictEqual((yield* neighbour.expect("Pong")).sequence, 7)
    }).pipe(Effect.scoped, Effect.timeout(Duration.seconds(8)), Effect.andThen(nobodyLeft(server))),
  )
})

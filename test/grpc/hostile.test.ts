/** Kinds of bad frames, messages and calls: each ends with the status that says what was wrong, and nothing of it stays behind. */
import { assert, layer } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as zlib from "node:zlib"
import {
  block,
  endHeaders,
  endStream,
  enveloped as message,
  frame,
  opening,
  padded,
  preface,
  Type,
  uint32,
} from "../../src/testing/Http2Frames.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { eventually } from "../suites/transportWorld.ts"
import { chat, signedIn } from "./grpcJs.ts"
import { asking, behind, type Call, call, called, requested, said } from "./wire.ts"

const { CONTINUATION, DATA, GOAWAY, HEADERS, PING, PRIORITY, PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE } = Type

const headers = (stream: number, fields = asking(), flags = endHeaders) => frame(HEADERS, flags, stream, block(fields))

const without = (name: string) => asking().filter(([field]) => field !== name)
const setting = (id: number, value: number) => Buffer.concat([Buffer.from([id >> 8, id]), uint32(value)])
const many = (times: number, piece: (at: number) => Buffer) =>
  Buffer.concat(Array.from({ length: times }, (_, at) => piece(at)))

/** Bytes of a connection that has begun as it should, and what they come to. */
const frames: Readonly<Record<string, readonly [sent: Buffer, outcome: string]>> = {
  // What it begins with.
  "no SETTINGS first": [Buffer.concat([preface, headers(1)]), "goaway 1"],
  "a preface that goes wrong in its second half": [Buffer.from("PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n"), "http 400"],
  "a preface, and HTTP/1.1 behind it": [
    Buffer.concat([preface, Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]),
    "goaway 1",
  ],
  // Lengths.
  "a frame over the largest that was agreed": [
    Buffer.concat([opening, headers(1), frame(DATA, 0, 1, Buffer.alloc(16_385))]),
    "goaway 6",
  ],
  "a PING of seven bytes": [Buffer.concat([opening, frame(PING, 0, 0, Buffer.alloc(7))]), "goaway 6"],
  "a RST_STREAM of three bytes": [
    Buffer.concat([opening, headers(1), frame(RST_STREAM, 0, 1, Buffer.alloc(3))]),
    "goaway 6",
  ],
  "a SETTINGS of five bytes": [Buffer.concat([opening, frame(SETTINGS, 0, 0, Buffer.alloc(5))]), "goaway 6"],
  "an answer to SETTINGS with something in it": [
    Buffer.concat([opening, frame(SETTINGS, 1, 0, setting(1, 1))]),
    "goaway 6",
  ],
  "a WINDOW_UPDATE of five bytes": [Buffer.concat([opening, frame(WINDOW_UPDATE, 0, 0, Buffer.alloc(5))]), "goaway 6"],
  "a GOAWAY of seven bytes": [Buffer.concat([opening, frame(GOAWAY, 0, 0, Buffer.alloc(7))]), "goaway 6"],
  "padding that is longer than its frame": [
    Buffer.concat([opening, headers(1), frame(DATA, padded, 1, Buffer.from([200, 0, 0]))]),
    "goaway 1",
  ],
  // Streams.
  "DATA of no stream": [Buffer.concat([opening, frame(DATA, 0, 0, Buffer.from("x"))]), "goaway 1"],
  "DATA of a stream that nobody opened": [Buffer.concat([opening, frame(DATA, 0, 5, Buffer.from("x"))]), "goaway 1"],
  "HEADERS of no stream": [Buffer.concat([opening, headers(0)]), "goaway 1"],
  "HEADERS of a stream that is the server's to open": [Buffer.concat([opening, headers(2)]), "goaway 1"],
  "HEADERS of a stream before the last, which is passed over": [
    Buffer.concat([opening, headers(5), headers(3), behind]),
    "goes on",
  ],
  "DATA behind the end of a stream": [
    Buffer.concat([
      opening,
      headers(1, asking("/natter.v1.Chat/Session"), endHeaders | endStream),
      frame(DATA, 0, 1, message("")),
    ]),
    "goaway 5",
  ],
  "HEADERS again that do not end the stream": [
    Buffer.concat([opening, headers(1, asking("/natter.v1.Chat/Session")), headers(1, [["x", "y"]])]),
    "reset 1",
  ],
  "RST_STREAM of a stream that nobody opened": [
    Buffer.concat([opening, frame(RST_STREAM, 0, 7, uint32(8))]),
    "goaway 1",
  ],
  "WINDOW_UPDATE of a stream that nobody opened": [
    Buffer.concat([opening, frame(WINDOW_UPDATE, 0, 7, uint32(8))]),
    "goaway 1",
  ],
  "PING of a stream": [Buffer.concat([opening, frame(PING, 0, 1, Buffer.alloc(8))]), "goaway 1"],
  "SETTINGS of a stream": [Buffer.concat([opening, frame(SETTINGS, 0, 1)]), "goaway 1"],
  "PUSH_PROMISE of a client": [
    Buffer.concat([
      opening,
      headers(1),
      frame(PUSH_PROMISE, endHeaders, 1, Buffer.concat([uint32(2), block(asking())])),
    ]),
    "goaway 1",
  ],
  "a stream that depends on itself": [
    Buffer.concat([opening, frame(PRIORITY, 0, 1, Buffer.concat([uint32(1), Buffer.from([1])])), behind]),
    "goes on",
  ],
  // Windows.
  "a window that grows by nothing": [Buffer.concat([opening, frame(WINDOW_UPDATE, 0, 0, uint32(0))]), "goaway 1"],
  "a window of a stream that grows by nothing": [
    Buffer.concat([opening, headers(1, asking("/natter.v1.Chat/Session")), frame(WINDOW_UPDATE, 0, 1, uint32(0))]),
    "goaway 1",
  ],
  "a window over the largest there is": [
    Buffer.concat([opening, frame(WINDOW_UPDATE, 0, 0, uint32(0x7fff_ffff))]),
    "goaway 3",
  ],
  "a first window over the largest there is": [
    Buffer.concat([preface, frame(SETTINGS, 0, 0, setting(4, 0x8000_0000))]),
    "goaway 3",
  ],
  // Settings.
  "pushes that are switched on by 2": [Buffer.concat([preface, frame(SETTINGS, 0, 0, setting(2, 2))]), "goaway 1"],
  "a largest frame of one byte": [Buffer.concat([preface, frame(SETTINGS, 0, 0, setting(5, 1))]), "goaway 1"],
  "a setting that is not known": [Buffer.concat([preface, frame(SETTINGS, 0, 0, setting(0xfe, 1)), behind]), "goes on"],
  "a hundred settings at once": [
    Buffer.concat([
      preface,
      frame(
        SETTINGS,
        0,
        0,
        many(100, (at) => setting(0x100 + at, 1)),
      ),
    ]),
    "goaway 11",
  ],
  // Headers.
  "CONTINUATION of nothing": [
    Buffer.concat([opening, frame(CONTINUATION, endHeaders, 1, block([["x", "y"]]))]),
    "goaway 1",
  ],
  "something else between HEADERS and CONTINUATION": [
    Buffer.concat([opening, headers(1, asking(), 0), frame(PING, 0, 0, Buffer.alloc(8))]),
    "goaway 1",
  ],
  "headers that do not end": [
    Buffer.concat([
      opening,
      headers(1, asking(), 0),
      many(2000, () => frame(CONTINUATION, 0, 1, block([["x", "y".repeat(100)]]))),
    ]),
    "goaway 2",
  ],
  "an index of 0": [Buffer.concat([opening, frame(HEADERS, endHeaders, 1, Buffer.from([0x80]))]), "goaway 9"],
  "an index of what is not there": [
    Buffer.concat([opening, frame(HEADERS, endHeaders, 1, Buffer.from([0xff, 0x80, 0x01]))]),
    "goaway 9",
  ],
  "a table larger than was agreed": [
    Buffer.concat([
      opening,
      frame(HEADERS, endHeaders, 1, Buffer.concat([Buffer.from([0x3f, 0xe1, 0xff, 0x03]), block(asking())])),
    ]),
    "goaway 9",
  ],
  "a packed text that ends in the middle": [
    Buffer.concat([opening, frame(HEADERS, endHeaders, 1, Buffer.from([0, 0x81, 0xff, 0x81, 0xff]))]),
    "goaway 9",
  ],
  "a number of ten bytes": [
    Buffer.concat([opening, frame(HEADERS, endHeaders, 1, Buffer.alloc(11, 0xff))]),
    "goaway 9",
  ],
  "a small block that unpacks to megabytes": [
    Buffer.concat([
      opening,
      frame(
        HEADERS,
        endHeaders,
        1,
        Buffer.concat([
          block(asking()),
          Buffer.from([0x40, 1]),
          Buffer.from("x"),
          Buffer.from([0x7f, 0xa1, 0x1e]),
          Buffer.alloc(4000, "y"),
          Buffer.alloc(4000, 0xbe),
        ]),
      ),
    ]),
    "reset 11",
  ],
  "a header in capitals": [Buffer.concat([opening, headers(1, [...asking(), ["X-Y", "z"]])]), "reset 1"],
  "a header of a connection": [Buffer.concat([opening, headers(1, [...asking(), ["connection", "close"]])]), "reset 1"],
  "a line end in a header, which is passed over": [
    Buffer.concat([opening, headers(1, [...asking(), ["x", "a\r\nb: c"]]), behind]),
    "goes on",
  ],
  "no path": [Buffer.concat([opening, headers(1, without(":path"))]), "reset 1"],
  "a path twice": [Buffer.concat([opening, headers(1, [[":path", "/a"], ...asking()])]), "reset 1"],
  "a pseudo header that is none": [Buffer.concat([opening, headers(1, [[":frob", "x"], ...asking()])]), "reset 1"],
  "a pseudo header behind others": [Buffer.concat([opening, headers(1, [["x", "y"], ...asking()])]), "reset 1"],
  "a body of another length than was said": [
    Buffer.concat([
      opening,
      headers(1, [...asking("/natter.v1.Chat/Session"), ["content-length", "1"]]),
      frame(DATA, endStream, 1, message("")),
    ]),
    "goaway 2",
  ],
  // Too much.
  "streams that are opened and taken back at once": [
    Buffer.concat([
      opening,
      many(1500, (at) => Buffer.concat([headers(1 + 2 * at), frame(RST_STREAM, 0, 1 + 2 * at, uint32(8))])),
    ]),
    "goaway 2",
  ],
  "more streams at once than there may be": [
    Buffer.concat([opening, many(101, (at) => headers(1 + 2 * at, asking("/natter.v1.Chat/Session")))]),
    "reset 7",
  ],
  "pings without end": [Buffer.concat([opening, many(20_000, () => frame(PING, 0, 0, Buffer.alloc(8)))]), "goaway 2"],
  "settings without end": [Buffer.concat([opening, many(20_000, () => frame(SETTINGS, 0, 0))]), "goaway 2"],
  // What may be.
  "as much at once as the window has room for": [
    Buffer.concat([
      opening,
      headers(1),
      many(3, (at) => frame(DATA, 0, 1, at === 0 ? message(Buffer.alloc(16_379), 0, 65_000) : Buffer.alloc(16_384))),
      frame(DATA, 0, 1, Buffer.alloc(15_853)),
      frame(PING, 0, 0, Buffer.alloc(8)),
      frame(DATA, endStream, 1),
      many(20, () => frame(PING, 0, 0, Buffer.alloc(8))),
    ]),
    "answered",
  ],
  "a frame of a kind that is not known": [
    Buffer.concat([opening, frame(0x42, 0xff, 3, Buffer.alloc(100)), behind]),
    "goes on",
  ],
}

const grpc = { "content-type": "application/grpc+proto" }
const web = { "content-type": "application/grpc-web+proto" }
const connect = { "content-type": "application/json" }
const connectProto = { "content-type": "application/proto" }
const session = "/natter.v1.Chat/Session"
const reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
const bomb = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024))
/** A field of bytes, by its number. */
const field = (no: number, body: Buffer | string) => {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from([(no << 3) | 2, bytes.byteLength]), bytes])
}
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`

/** Calls of somebody who has a token, over HTTP/2, and the status of each. */
const calls: Readonly<Record<string, readonly [call: Call, outcome: string]>> = {
  // What is in front of a message.
  "no message": [{ headers: grpc }, "grpc 12"],
  "two messages, where there is one": [{ headers: grpc, body: Buffer.concat([message(""), message("")]) }, "grpc 12"],
  "three of five bytes of a length": [{ headers: grpc, body: Buffer.from([0, 0, 0]) }, "grpc 3"],
  "a message that is cut": [{ headers: grpc, body: message("ab", 0, 100) }, "grpc 3"],
  "a length over the limit": [{ headers: grpc, body: message("", 0, 0x7fff_ffff) }, "grpc 8"],
  "a length over the limit, and the stream stays open": [
    { headers: grpc, body: message("", 0, 0xffff_ffff), open: true },
    "grpc 8",
  ],
  "flags that are not known": [{ headers: grpc, body: message("", 0x7e) }, "grpc 3"],
  "a compressed message in no encoding": [{ headers: grpc, body: message("", 1) }, "grpc 13"],
  "an encoding that is not known": [{ headers: { ...grpc, "grpc-encoding": "frob" }, body: message("", 1) }, "grpc 12"],
  "what is no gzip": [{ headers: { ...grpc, "grpc-encoding": "gzip" }, body: message("frob", 1) }, "grpc 3"],
  "gzip that is cut": [
    { headers: { ...grpc, "grpc-encoding": "gzip" }, body: message(zlib.gzipSync("frob").subarray(0, 15), 1) },
    "grpc 3",
  ],
  "a message that unpacks to 64 MiB": [
    { headers: { ...grpc, "grpc-encoding": "gzip" }, body: message(bomb, 1) },
    "grpc 8",
  ],
  "a body of Connect that unpacks to 64 MiB": [
    { headers: { ...connectProto, "content-encoding": "gzip" }, body: bomb },
    "connect resource_exhausted",
  ],
  // Protocol Buffers.
  "bytes that are no message": [{ headers: grpc, body: message(Buffer.alloc(40, 0xff)) }, "grpc 13"],
  "a field that ends behind its message": [{ headers: grpc, body: message(Buffer.from([0x0a, 9, 97])) }, "grpc 13"],
  "a field with number 0": [{ headers: grpc, body: message(Buffer.from([0x02, 1, 97])) }, "grpc 13"],
  "a number of eleven bytes": [{ headers: grpc, body: message(Buffer.alloc(12, 0x80)) }, "grpc 13"],
  "a text that is not UTF-8": [{ headers: grpc, body: message(field(1, Buffer.from([0xff, 0xfe]))) }, "grpc 13"],
  "a group that does not end": [{ headers: grpc, body: message(Buffer.from([0x13])) }, "grpc 13"],
  "a hundred thousand groups in each other": [{ headers: grpc, body: message(Buffer.alloc(100_000, 0x13)) }, "grpc 13"],
  "a field of another kind than it is": [{ headers: grpc, body: message(Buffer.from([0x08, 1])) }, "grpc 13"],
  "a word that is none of those there are": [
    {
      path: "/natter.v1.Chat/CreateChannel",
      headers: grpc,
      body: message(Buffer.concat([field(1, "den"), field(2, "frob")])),
    },
    "grpc 3",
  ],
  // What is said of a call.
  "no content type": [{ body: message("") }, "http 415"],
  text: [{ headers: { "content-type": "text/plain" }, body: message("") }, "http 415"],
  "gRPC in a notation that is not known": [
    { headers: { "content-type": "application/grpc+xml" }, body: message("") },
    "http 415",
  ],
  "a stream of Connect for what is no stream": [
    { headers: { "content-type": "application/connect+json" }, body: message("{}") },
    "http 415",
  ],
  "what is no stream for a stream of Connect": [
    { path: "/natter.v1.Chat/ReadHistory", headers: connect, body: "{}" },
    "http 415",
  ],
  "a method of HTTP that is another": [{ method: "PUT", headers: grpc }, "http 405"],
  "a method that is none": [{ method: "FROB", headers: grpc }, "http 405"],
  "GET where something changes": [
    { method: "GET", path: "/natter.v1.Chat/CreateChannel?encoding=json&message={}" },
    "http 405",
  ],
  "a call that there is not": [{ path: "/natter.v1.Chat/Frob", headers: grpc }, "grpc 12"],
  "a call named as a method of objects": [{ path: "/natter.v1.Chat/constructor", headers: grpc }, "grpc 12"],
  "a service that there is not": [{ path: "/natter.v9.Chat/Describe", headers: grpc }, "grpc 12"],
  "a path over others": [{ path: "/natter.v1.Chat/../natter.v1.Chat/Describe", headers: grpc }, "grpc 12"],
  "something else than a path": [{ path: "*", headers: grpc }, "reset 1"],
  "a call that there is not, of Connect": [{ path: "/natter.v1.Chat/Frob", headers: connect, body: "{}" }, "http 404"],
  "metadata of 20 kB": [{ headers: { ...grpc, x: "y".repeat(20_000) }, body: message("") }, "reset 11"],
  "two hundred metadata": [
    {
      headers: { ...grpc, ...Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`x-${at}`, "y"])) },
      body: message(""),
    },
    "reset 11",
  ],
  "binary metadata that are no base64": [
    { headers: { ...grpc, "x-bin": "???", "grpc-trace-bin": "%%%" }, body: message(field(1, "nowhere")) },
    "grpc 5",
  ],
  "an authority with a port that is none": [
    { headers: { ...grpc, ":authority": "localhost:99999" }, body: message("") },
    "http 400",
  ],
  "an authority that is none": [{ headers: { ...grpc, ":authority": "[::1" }, body: message("") }, "http 400"],
  "a host that is none": [{ headers: { ...grpc, ":authority": "a%zz" }, body: message("") }, "http 400"],
  "a deadline that has passed": [
    { headers: { ...grpc, "grpc-timeout": "0n" }, body: message(""), open: true },
    "grpc 4",
  ],
  "a deadline that passes while nothing comes": [{ headers: { ...grpc, "grpc-timeout": "20m" }, open: true }, "grpc 4"],
  "a deadline that passes while nothing comes, of Connect": [
    { headers: { ...connect, "connect-timeout-ms": "20" }, open: true },
    "connect deadline_exceeded",
  ],
  "a deadline before now": [{ headers: { ...grpc, "grpc-timeout": "-1S" }, body: message("") }, "grpc 3"],
  "a deadline in no unit": [{ headers: { ...grpc, "grpc-timeout": "10x" }, body: message("") }, "grpc 3"],
  "a deadline of a thousand years": [
    { headers: { ...grpc, "grpc-timeout": "99999999H" }, body: message(field(1, "nowhere")) },
    "grpc 5",
  ],
  "a deadline of a thousand years, beside that of another protocol": [
    {
      headers: { ...grpc, "grpc-timeout": "99999999H", "connect-timeout-ms": "20000" },
      body: message(field(1, "nowhere")),
    },
    "grpc 5",
  ],
  "a deadline of nine digits": [{ headers: { ...grpc, "grpc-timeout": "999999999H" }, body: message("") }, "grpc 3"],
  "a deadline of Connect that is no number": [
    { headers: { ...connect, "connect-timeout-ms": "soon" }, body: "{}" },
    "connect invalid_argument",
  ],
  "a version of Connect that is not known": [
    { headers: { ...connect, "connect-protocol-version": "2" }, body: "{}" },
    "connect invalid_argument",
  ],
  "an encoding of Connect that is not known": [
    { headers: { ...connect, "content-encoding": "frob" }, body: "{}" },
    "connect unimplemented",
  ],
  // JSON.
  "what is no JSON": [{ headers: connect, body: "{'channel':" }, "connect invalid_argument"],
  "nothing where JSON is": [{ headers: connect }, "connect invalid_argument"],
  "a list where a message is": [{ headers: connect, body: "[]" }, "connect invalid_argument"],
  "a number where a text is": [{ headers: connect, body: '{"channel":1}' }, "connect invalid_argument"],
  "JSON of a hundred thousand levels": [{ headers: connect, body: nested(100_000) }, "connect invalid_argument"],
  "half a surrogate pair": [{ headers: connect, body: '{"channel":"\\ud800"}' }, "connect invalid_argument"],
  "a field that changes objects": [
    { headers: connect, body: '{"__proto__":{"channel":"x"}}' },
    "connect invalid_argument",
  ],
  "two fields of a oneof": [
    { path: "/natter.v1.Chat/History", headers: connect, body: '{"channel":"den","limit":1e99}' },
    "connect invalid_argument",
  ],
  "JSON over the limit": [
    { headers: connect, body: `{"channel":"${"x".repeat(1_100_000)}"}` },
    "connect resource_exhausted",
  ],
  "GET with a message that is no base64": [
    { method: "GET", path: `${call}?connect=v1&encoding=proto&base64=1&message=!!!!`, headers: {} },
    "http 405",
  ],
  // Who calls.
  nobody: [{ headers: { ...grpc, authorization: "" }, body: message("") }, "grpc 16"],
  Basic: [{ headers: { ...grpc, authorization: "Basic YW5uOnNlY3JldA==" }, body: message("") }, "grpc 16"],
  "a token that nobody has": [{ headers: { ...grpc, authorization: "Bearer nat_frob" }, body: message("") }, "grpc 16"],
  "two tokens in one": [{ headers: { ...grpc, authorization: "Bearer a, Bearer b" }, body: message("") }, "grpc 16"],
  "a token of 8 kB": [
    { headers: { ...grpc, authorization: `Bearer ${"x".repeat(8000)}` }, body: message("") },
    "grpc 16",
  ],
  // Reflection, which takes no token: what there is not is answered, too.
  "a symbol that there is not": [
    { path: reflection, headers: grpc, body: message(field(4, "no.such.Thing")) },
    "grpc 0",
  ],
  "a symbol named as a method of objects": [
    { path: reflection, headers: grpc, body: message(field(4, "constructor")) },
    "grpc 0",
  ],
  "a file outside": [{ path: reflection, headers: grpc, body: message(field(3, "../../etc/passwd")) }, "grpc 0"],
  "a reflection of nothing": [{ path: reflection, headers: grpc, body: message("") }, "grpc 0"],
  "a reflection that is no message": [
    { path: reflection, headers: grpc, body: message(Buffer.alloc(9, 0xff)) },
    "grpc 13",
  ],
  "five hundred reflections at once": [
    { path: reflection, headers: grpc, body: many(500, () => message(field(4, "natter.v1.Chat"))) },
    "grpc 0",
  ],
  // A session.
  "a session of a token that nobody has": [
    { path: session, headers: { ...grpc, authorization: "Bearer nat_frob" }, open: true },
    "grpc 16",
  ],
  "a session in a notation that is not known": [{ path: session, headers: connect, body: "{}" }, "http 415"],
  "a session that is got": [{ path: session, method: "GET", headers: grpc }, "http 405"],
  "a session that is compressed": [{ path: session, headers: { ...grpc, "grpc-encoding": "gzip" } }, "grpc 12"],
  "a session whose messages are": [{ path: session, headers: grpc, body: message("x", 1), open: true }, "grpc 3"],
  "a session of flags that are not known": [
    { path: session, headers: web, body: message("x", 0x80), open: true },
    "grpc 3",
  ],
  "a session with a length over the limit": [
    { path: session, headers: grpc, body: message("", 0, 0xffff_ffff), open: true },
    "grpc 8",
  ],
  "a session that ends within a message": [{ path: session, headers: grpc, body: message("a", 0, 9) }, "grpc 3"],
  "a session whose deadline has passed": [
    { path: session, headers: { ...grpc, "grpc-timeout": "0n" }, open: true },
    "grpc 4",
  ],
  "a session whose deadline cannot be read": [
    { path: session, headers: { ...grpc, "grpc-timeout": "soon" }, open: true },
    "grpc 3",
  ],
  "a session of bytes that are no message, again and again": [
    { path: session, headers: grpc, body: many(300, () => message(Buffer.alloc(20, 0xff))), open: true },
    "grpc 8",
  ],
  "a session of requests that are empty, again and again": [
    {
      path: session,
      headers: { "content-type": "application/connect+proto" },
      body: many(300, () => message("")),
      open: true,
    },
    "connect resource_exhausted",
  ],
}

/** Calls of nobody, over HTTP/1.1. */
const requests: Readonly<Record<string, readonly [call: Call, outcome: string]>> = {
  "gRPC of nobody": [{ headers: grpc, body: message("") }, "grpc 16"],
  "a session, which takes HTTP/2": [{ path: session, headers: web, body: message("") }, "connect unimplemented"],
  "a host with a port that is none": [{ headers: { ...connect, host: "localhost:99999" }, body: "{}" }, "http 400"],
  "gRPC-Web in base64": [{ headers: { "content-type": "application/grpc-web-text" }, body: "AAAAAAA=" }, "http 415"],
  "gRPC-Web in base64 that is none": [
    { headers: { "content-type": "application/grpc-web-text" }, body: "!!!!" },
    "http 415",
  ],
  "gRPC-Web with trailers of the client": [{ headers: web, body: message("x: y\r\n", 0x80) }, "grpc 12"],
  "gRPC-Web that is cut": [{ headers: web, body: message("ab", 0, 10) }, "grpc 3"],
  "gRPC-Web over the limit": [{ headers: web, body: message("", 0, 0x7fff_ffff) }, "grpc 8"],
  "a body that is said to be JSON": [{ headers: connect, body: Buffer.alloc(100, 0xff) }, "connect invalid_argument"],
  "a page of others": [
    { headers: { ...connect, origin: "https://evil.example" }, body: "{}" },
    "connect permission_denied",
  ],
  "a service that there is not": [{ path: "/natter.v1.Chat/", headers: connect }, "connect unimplemented"],
}

let alive = 0
/** Counts the fibers of the service. */
const counted = Layer.succeed(Metric.FiberRuntimeMetrics, {
  recordFiberStart: () => void alive++,
  recordFiberEnd: () => void alive--,
})

/** Nobody is connected, and nothing of them is left. */
const nothingLeft = Effect.gen(function* () {
  const { hub, limits, sessions } = yield* TestServer
  let left = ""
  const look = Effect.map(hub.stats, ({ memberships, users }) => {
    // Two look each second for what takes too long: the entrance's, and that of the door; they end a second behind the last.
    const fibers = Math.max(0, alive - 2)
    const counts = {
      sessions: sessions.count(),
      connections: limits.open(),
      requests: limits.requests.taken,
      users,
      memberships,
      fibers,
    }
    left = JSON.stringify(counts)
    return Object.values(counts).every((count) => count === 0)
  })
  yield* Effect.catch(Effect.timeout(eventually("nobody is connected", look), "3 seconds"), () =>
    Effect.sync(() => assert.fail(`left are ${left}`)),
  )
})

const short = { session: { loginTimeout: Duration.seconds(30) }, page: { enabled: false } } as const

layer(TestServer.layerTcp(short).pipe(Layer.provide(counted)), { excludeTestServices: true })(
  "hostile, over gRPC",
  (it) => {
    let token = ""
    it.effect("somebody has a token", () =>
      Effect.gen(function* () {
        const client = yield* chat
        token = yield* signedIn(client, "ann")
        client.close()
        yield* nothingLeftButFibers
        alive = 0
      }).pipe(Effect.scoped),
    )
    for (const [name, [sent, outcome]] of Object.entries(frames)) {
      it.effect(`frames: ${name}`, () =>
        Effect.gen(function* () {
          assert.strictEqual(yield* said([sent]), outcome)
          yield* nothingLeft
        }).pipe(Effect.scoped),
      )
    }
    for (const [name, [call, outcome]] of Object.entries(calls)) {
      it.effect(`calls: ${name}`, () =>
        Effect.gen(function* () {
          const headers = { authorization: `Bearer ${token}`, ...call.headers }
          assert.strictEqual(yield* called({ ...call, headers }), outcome)
          yield* nothingLeft
        }),
      )
    }
    for (const [name, [call, outcome]] of Object.entries(requests)) {
      it.effect(`over HTTP/1.1: ${name}`, () =>
        Effect.gen(function* () {
          assert.strictEqual(yield* requested(call), outcome)
          yield* nothingLeft
        }),
      )
    }
  },
)

const nothingLeftButFibers = Effect.gen(function* () {
  const { limits, sessions } = yield* TestServer
  yield* eventually(
    "nobody is connected",
    Effect.sync(() => sessions.count() + limits.open() + limits.requests.taken === 0),
  )
})

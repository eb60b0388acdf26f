import { encode } from "@msgpack/msgpack"
import * as zlib from "node:zlib"
import { frame } from "../../../src/protocol/Framing.ts"
import { body, bytes, closed, error1, error2, goesOn, invalid, type Kind, latin1 } from "./Kind.ts"

const tooLarge = (length: number) => closed(error1(413, `a frame of ${length} bytes is over the limit of 65536`))
const firstFour = (text: string) => Buffer.from(text, "latin1").readUInt32BE(0)
const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))

const http = "GET / HTTP/1.1\r\nHost: natter\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
const tlsHello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x5a".repeat(500)

/** Bytes that are no frames. */
const framing: ReadonlyArray<Kind> = [
  bytes("a length of 0", "stranger", new Uint8Array(4), closed(error1(400, "a frame's length must not be 0"))),
  bytes("a length one over the limit", "stranger", Uint8Array.of(0, 1, 0, 1), tooLarge(65_537)),
  bytes("the largest length there is", "signed in", new Uint8Array(4).fill(255), tooLarge(2 ** 32 - 1)),
  { ...bytes("an HTTP request", "stranger", latin1(http), tooLarge(firstFour(http))), meansHttp: true },
  bytes("a TLS hello", "stranger", latin1(tlsHello), tooLarge(firstFour(tlsHello))),
  {
    ...bytes("an SSH banner", "stranger", latin1("SSH-2.0-OpenSSH_9.2\r\n"), tooLarge(firstFour("SSH-"))),
    meansHttp: true,
  },
  bytes("a line of text", "signed in", latin1("hello?\n"), tooLarge(firstFour("hell"))),
  bytes("JSON without a length", "stranger", latin1('{"type":"Ping"}'), tooLarge(firstFour('{"ty'))),
  bytes(
    "a good frame, then a length of 0",
    "stranger",
    Buffer.concat([json({ type: "Ping" }), new Uint8Array(4)]),
    closed({ type: "Pong" }, error1(400, "a frame's length must not be 0")),
  ),
  bytes(
    "a length of 0 in version 2",
    "version 2",
    new Uint8Array(4),
    closed({ type: "Disconnect", reason: "MalformedFrame", reconnect: true }),
  ),
  bytes(
    "a length over the limit in version 2",
    "msgpack",
    new Uint8Array(4).fill(1),
    closed({ type: "Disconnect", reason: "FrameTooLarge", reconnect: true }),
  ),
  bytes(
    "a length of 0 from a client of the bare five messages",
    "bare",
    new Uint8Array(4),
    closed({ type: "Disconnect", reason: "a frame's length must not be 0" }),
  ),
]

const notJson = closed(error1(400, "the frame is not JSON"))
const notUtf8 = closed(error1(400, "the frame is not UTF-8"))
const tooDeep = closed(error1(400, "nested deeper than 32 levels"))
const noFrame = goesOn(error1(400, "a frame is an object with a type"))

/** Frames that are not JSON, or not the JSON of a frame. */
const encoding: ReadonlyArray<Kind> = [
  body("text that is not UTF-8", "signed in", latin1('{"type":"Ping\xff"}'), notUtf8),
  body("UTF-8 of a surrogate", "signed in", latin1('{"type":"\xed\xa0\x80"}'), notUtf8),
  body("overlong UTF-8", "signed in", latin1('{"type":"\xc0\xaf"}'), notUtf8),
  body("UTF-16", "signed in", Buffer.from('{"type":"Ping"}', "utf16le"), notJson),
  body("a byte order mark", "signed in", '\ufeff{"type":"Ping"}', notJson),
  body("a NUL byte", "signed in", "\0", notJson),
  body("half of a frame's JSON", "signed in", '{"type":"Pi', notJson),
  body("two frames in one", "signed in", '{"type":"Ping"}{"type":"Ping"}', notJson),
  body("a comment", "signed in", '{"type":"Ping"} // hello', notJson),
  body("NaN", "signed in", '{"type":"Ping","sequence":NaN}', notJson),
  body("33 levels of nesting", "signed in", `${"[".repeat(33)}${"]".repeat(33)}`, tooDeep),
  body("30 000 levels of nesting", "signed in", `${"[".repeat(30_000)}${"]".repeat(30_000)}`, tooDeep),
  body("30 000 levels that never end", "signed in", "[".repeat(30_000), notJson),
  body(
    "6000 fields",
    "signed in",
    JSON.stringify(Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [n, 0]))),
    goesOn(error1(400, "missing field type")),
  ),
  body("null", "signed in", "null", noFrame),
  body("a number", "signed in", "7", noFrame),
  body("a text", "signed in", '"Ping"', noFrame),
  body("an empty list", "signed in", "[]", noFrame),
  body("an object without a type", "signed in", "{}", goesOn(error1(400, "missing field type"))),
  body("a type that is no text", "signed in", '{"type":{"type":"Ping"}}', goesOn(error1(400, "type must be a string"))),
  body("the largest frame there may be", "signed in", '{"type":"Ping"}'.padEnd(65_536), goesOn({ type: "Pong" })),
]

const prototypes = ["__proto__", "constructor", "toString", "hasOwnProperty"]

/** Frames whose types or fields are wrong. */
const fields: ReadonlyArray<Kind> = [
  ...prototypes.map((type) =>
    body(`${type} as a type`, "version 2", JSON.stringify({ type }), goesOn(error2("InvalidFrame", "type"))),
  ),
  body("__proto__ as a field", "signed in", '{"type":"Ping","__proto__":{"sequence":1}}', goesOn({ type: "Pong" })),
  body(
    "__proto__ as a field in version 2",
    "version 2",
    '{"type":"Ping","__proto__":{"sequence":1}}',
    goesOn(error2("InvalidFrame")),
  ),
  body(
    "a field of the wrong type",
    "signed in",
    '{"type":"ChatMessage","from":"","content":{},"timestamp":0}',
    closed({ type: "Error", code: 400 }),
  ),
  body(
    "a missing field",
    "signed in",
    '{"type":"ChatMessage","from":"","content":"x"}',
    closed({ type: "Error", code: 400 }),
  ),
  body(
    "a number below 0",
    "signed in",
    '{"type":"ChatMessage","from":"","content":"x","timestamp":-1}',
    closed({ type: "Error", code: 400 }),
  ),
  body(
    "a number beyond all",
    "signed in",
    '{"type":"ChatMessage","from":"","content":"x","timestamp":1e999}',
    closed({ type: "Error", code: 400 }),
  ),
  body(
    "half a surrogate pair",
    "signed in",
    String.raw`{"type":"ChatMessage","from":"","content":"\ud800","timestamp":0}`,
    closed({ type: "Error", code: 400 }),
  ),
  body(
    "half a surrogate pair in version 2",
    "version 2",
    String.raw`{"type":"Publish","channel":"den","id":"1","content":"\udc00"}`,
    goesOn(error2("InvalidFrame", "content")),
  ),
  body(
    "a ref that is no number",
    "version 2",
    '{"type":"ListChannels","ref":"1"}',
    goesOn(error2("InvalidFrame", "ref")),
  ),
  body("a ref below 0", "version 2", '{"type":"ListChannels","ref":-1}', goesOn(error2("InvalidFrame", "ref"))),
  body(
    "a ref that loses digits",
    "version 2",
    '{"type":"ListChannels","ref":9007199254740993}',
    goesOn(error2("InvalidFrame", "ref")),
  ),
  body(
    "an id with a line break",
    "version 2",
    String.raw`{"type":"Publish","channel":"den","id":"a\nb","content":"x"}`,
    goesOn(error2("InvalidFrame", "id")),
  ),
  body(
    "a channel's name with an escape sequence",
    "version 2",
    String.raw`{"type":"Join","channel":"\u001b[2J"}`,
    goesOn(error2("InvalidFrame", "channel")),
  ),
  body(
    "a channel's name of 10 000 letters",
    "version 2",
    JSON.stringify({ type: "Join", channel: "x".repeat(10_000) }),
    goesOn(error2("InvalidFrame", "channel")),
  ),
  body(
    "a topic of 10 000 letters",
    "version 2",
    JSON.stringify({ type: "SetTopic", channel: "den", topic: "x".repeat(10_000) }),
    goesOn(error2("InvalidFrame", "topic")),
  ),
  body(
    "a surplus field with a name of 10 000 letters",
    "version 2",
    `{"type":"ListChannels","${"x".repeat(10_000)}":1}`,
    goesOn(error2("InvalidFrame", "x".repeat(64))),
  ),
  body(
    "a name that nobody sees",
    "stranger",
    String.raw`{"type":"Login","username":"\u200b","password":"x"}`,
    goesOn({ type: "LoginResponse", success: false }),
  ),
  body(
    "a name that turns the text around",
    "stranger 2",
    String.raw`{"type":"Login","username":"eve\u202enimda","password":"x"}`,
    goesOn(error2("InvalidUsername", "username")),
  ),
  body(
    "a password of 2000 letters",
    "stranger",
    JSON.stringify({ type: "Login", username: "eve", password: "x".repeat(2000) }),
    goesOn({ type: "LoginResponse", success: false }),
  ),
  body(
    "a message of 60 000 letters",
    "signed in",
    JSON.stringify({ type: "ChatMessage", from: "", content: "x".repeat(60_000), timestamp: 0 }),
    goesOn(error1(413, "The message has 60000 characters, at most 16000 are allowed")),
  ),
  body(
    "15 000 bytes that are none",
    "bare",
    JSON.stringify({ type: "Data", payload: Array.from({ length: 15_000 }, () => 256) }),
    closed({ type: "Disconnect" }),
  ),
]

const cutShort = goesOn(invalid("the MessagePack value is cut short"))

/** What only MessagePack makes possible. */
const messagePack: ReadonlyArray<Kind> = [
  body("a list that says it has 4 billion items", "msgpack", latin1("\xdd\xff\xff\xff\xff"), cutShort),
  body("a map that says it has 4 billion fields", "msgpack", latin1("\xdf\xff\xff\xff\xff"), cutShort),
  body("a text that says it has 4 billion bytes", "msgpack", latin1("\xdb\xff\xff\xff\xff"), cutShort),
  body(
    "20 000 nested lists that each say they have 65 535 items",
    "msgpack",
    latin1("\xdc\xff\xff".repeat(20_000)),
    goesOn(invalid("nested deeper than 32 levels")),
  ),
  body(
    "60 000 nested lists",
    "msgpack",
    latin1("\x91".repeat(60_000)),
    goesOn(invalid("nested deeper than 32 levels")),
  ),
  body("a byte that is not MessagePack", "msgpack", latin1("\xc1"), goesOn(invalid("0xc1 is not MessagePack"))),
  body(
    "an extension type",
    "msgpack",
    latin1("\xd4\x01\x00"),
    goesOn(invalid("MessagePack's extension types are not used here")),
  ),
  body(
    "a timestamp",
    "msgpack",
    encode({ type: "Ping", sequence: new Date(0) }),
    goesOn(invalid("MessagePack's extension types are not used here")),
  ),
  body(
    "a map whose key is a number",
    "msgpack",
    latin1("\x81\x01\x02"),
    goesOn(invalid("a MessagePack map's keys must be text")),
  ),
  body(
    "a map whose key is a map",
    "msgpack",
    latin1("\x81\x80\x02"),
    goesOn(invalid("a MessagePack map's keys must be text")),
  ),
  body(
    "bytes behind the value",
    "msgpack",
    latin1("\x80\x80"),
    goesOn(invalid("the frame goes on behind its MessagePack value")),
  ),
  body(
    "text that is not UTF-8, in MessagePack",
    "msgpack",
    latin1("\x81\xa4type\xa4\xff\xff\xff\xff"),
    goesOn(invalid("a text in the frame is not UTF-8")),
  ),
  body(
    "bytes where text should be",
    "msgpack",
    encode({ type: new Uint8Array(4) }),
    goesOn(invalid("type must be a string")),
  ),
  body(
    "NaN, in MessagePack",
    "msgpack",
    encode({ type: "ListChannels", ref: Number.NaN }),
    goesOn(error2("InvalidFrame", "ref")),
  ),
  body(
    "the largest integer of MessagePack",
    "msgpack",
    latin1("\x82\xa4type\xacListChannels\xa3ref\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
    goesOn(error2("InvalidFrame", "ref")),
  ),
  body(
    "__proto__, in MessagePack",
    "msgpack",
    latin1("\x82\xa4type\xa4Ping\xa9__proto__\x81\xa8sequence\x01"),
    goesOn(error2("InvalidFrame")),
  ),
  body(
    "JSON where MessagePack was agreed",
    "msgpack",
    '{"type":"Ping"}',
    goesOn(invalid("the frame goes on behind its MessagePack value")),
  ),
  body("MessagePack where JSON was agreed", "version 2", encode({ type: "Ping" }), goesOn(error2("InvalidFrame"))),
]

const damaged = goesOn(invalid("the frame's compressed part is damaged"))
const marked = (mark: number, content: Uint8Array) => Buffer.concat([Uint8Array.of(mark), content])
const packed = zlib.deflateRawSync(Buffer.from(JSON.stringify({ type: "Ping" })))
const bomb = zlib.deflateRawSync(new Uint8Array(60_000_000))
const text = Buffer.from('{"type":"Ping"}'.padEnd(5000))

/** What only compression makes possible. */
const compression: ReadonlyArray<Kind> = [
  body(
    "a bomb of 60 megabytes",
    "deflate",
    marked(1, bomb.subarray(0, 65_000)),
    goesOn({ type: "Error", name: "InvalidFrame" }),
  ),
  body(
    "a frame that expands a hundredfold",
    "deflate",
    marked(1, zlib.deflateRawSync(text)),
    goesOn({ type: "Error", name: "InvalidFrame" }),
  ),
  body("a compressed frame that is damaged", "deflate", marked(1, Buffer.from(packed).fill(0xff, 2)), damaged),
  body("a compressed frame that is cut short", "deflate", marked(1, packed.subarray(0, 8)), damaged),
  body("compressed by another algorithm", "deflate", marked(1, zlib.gzipSync("{}")), damaged),
  body("a mark nobody knows", "deflate", marked(7, packed), goesOn(invalid("the frame's first byte must be 0 or 1"))),
  body(
    "a mark and nothing else",
    "deflate",
    Uint8Array.of(1),
    goesOn(invalid("the frame's compressed part is missing")),
  ),
  body("compressed where that was not agreed", "version 2", marked(1, packed), goesOn(error2("InvalidFrame"))),
]

export const badBytes: ReadonlyArray<Kind> = [...framing, ...encoding, ...fields, ...messagePack, ...compression]

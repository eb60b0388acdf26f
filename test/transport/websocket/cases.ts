/**
 * What a client may send, and what it may not: RFC 6455 as a table, in the order of the chapters of the Autobahn test suite.
 * Each case says what is read, and of what is wrong, with which byte it has to be found.
 */
import * as zlib from "node:zlib"
import type { FrameErrorKind } from "../../../src/protocol/FrameError.ts"
import type { WebSocketReaderOptions } from "../../../src/transport/websocket/WebSocketReader.ts"
import { Dice } from "../../../src/testing/Dice.ts"
import { inflate } from "../../../src/transport/websocket/Deflate.ts"
import { binary, close, frame, hex, join, more, ping, pong, text, utf8 } from "./frames.ts"

interface Failure {
  readonly kind: FrameErrorKind
  readonly code: number | undefined
  /** How many bytes have to be there for it to be found. */
  readonly with: number
}

export interface Case {
  readonly name: string
  readonly bytes: Uint8Array
  readonly options?: Partial<WebSocketReaderOptions>
  readonly bodies?: ReadonlyArray<Uint8Array>
  /** `ping `, `pong ` and the payload's text; `close`, the code and the reason. */
  readonly control?: ReadonlyArray<string>
  readonly fails?: Failure
  /** Whether something has begun and not ended. */
  readonly partial?: boolean
}

const codes: Partial<Record<FrameErrorKind, number>> = {
  ProtocolViolation: 1002,
  WrongContent: 1003,
  InvalidUtf8: 1007,
  InvalidCompression: 1007,
  FrameTooLarge: 1009,
  DecompressionLimit: 1009,
}
const fails = (kind: FrameErrorKind, after: number): { readonly fails: Failure } => ({
  fails: { kind, code: codes[kind], with: after },
})
const violation = (after: number) => fails("ProtocolViolation", after)

const letters = (length: number) => "abcdefghijklmnopqrstuvwxyz".repeat(Math.ceil(length / 26)).slice(0, length)
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 7) & 0xff)
const limit = 0x1_0000

/** 1: messages in one frame, of every length around which headers change. */
const lengths = [1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 66, 67, 124, 125, 126, 127, 128, 1000, 65_535, 65_536]
const whole: ReadonlyArray<Case> = [
  ...lengths.flatMap((length): ReadonlyArray<Case> => [
    { name: `a text of ${length} bytes`, bytes: text(letters(length)), bodies: [utf8(letters(length))] },
    { name: `${length} binary bytes`, bytes: binary(bytesOf(length)), bodies: [bytesOf(length)] },
  ]),
  {
    name: "three messages",
    bytes: join(text("one"), binary("two"), text("three")),
    bodies: [utf8("one"), utf8("two"), utf8("three")],
  },
  { name: "a mask of zeros", bytes: text("plain", { mask: new Uint8Array(4) }), bodies: [utf8("plain")] },
  { name: "a mask of ones", bytes: binary("plain", { mask: hex("ffffffff") }), bodies: [utf8("plain")] },
  { name: "an empty text", bytes: text(""), ...fails("EmptyFrame", 6) },
  { name: "an empty binary message", bytes: binary(""), ...fails("EmptyFrame", 6) },
  {
    name: "an empty message behind one",
    bytes: join(text("a"), text("")),
    bodies: [utf8("a")],
    ...fails("EmptyFrame", 13),
  },
  { name: "half a header", bytes: text("a").subarray(0, 1), partial: true },
  { name: "half a mask", bytes: text("a").subarray(0, 4), partial: true },
  { name: "a header alone", bytes: text("a").subarray(0, 6), partial: true },
  { name: "half a payload", bytes: text("abcd").subarray(0, 8), partial: true },
  { name: "a message and half a header", bytes: join(text("a"), hex("81")), bodies: [utf8("a")], partial: true },
]

/** 2: pings and pongs. */
const pings: ReadonlyArray<Case> = [
  ...[0, 1, 2, 63, 64, 124, 125].flatMap((length): ReadonlyArray<Case> => [
    { name: `a ping of ${length} bytes`, bytes: ping(letters(length)), control: [`ping ${letters(length)}`] },
    { name: `a pong of ${length} bytes`, bytes: pong(letters(length)), control: [`pong ${letters(length)}`] },
  ]),
  ...[126, 127, 65_535, 65_536].flatMap((length): ReadonlyArray<Case> => [
    { name: `a ping of ${length} bytes`, bytes: ping(letters(length)), ...violation(2) },
    { name: `a pong of ${length} bytes`, bytes: pong(letters(length)), ...violation(2) },
    { name: `a close of ${length} bytes`, bytes: close(1000, letters(length - 2)), ...violation(2) },
  ]),
  { name: "a ping whose length is written in two bytes", bytes: ping("abc", { lengthBytes: 2 }), ...violation(2) },
  { name: "a ping whose length is written in eight bytes", bytes: ping("abc", { lengthBytes: 8 }), ...violation(2) },
  {
    name: "ten pings",
    bytes: join(...Array.from({ length: 10 }, (_, index) => ping(`number ${index}`))),
    control: Array.from({ length: 10 }, (_, index) => `ping number ${index}`),
  },
  { name: "a ping in two frames", bytes: join(ping("a", { final: false }), more("b")), ...violation(1) },
  { name: "a pong in two frames", bytes: join(pong("a", { final: false }), more("b")), ...violation(1) },
  { name: "a close in two frames", bytes: join(close(1000, "a", { final: false }), more("b")), ...violation(1) },
  {
    name: "a ping between two messages",
    bytes: join(text("a"), ping("?"), text("b")),
    bodies: [utf8("a"), utf8("b")],
    control: ["ping ?"],
  },
  { name: "a ping that is not UTF-8", bytes: ping(hex("61 62")), control: ["ping ab"] },
  { name: "half a ping", bytes: ping("abcd").subarray(0, 8), partial: true },
]

/** 3: reserved bits. */
const reservedBits: ReadonlyArray<Case> = [1, 2, 3, 4, 5, 6, 7].flatMap((reserved): ReadonlyArray<Case> => [
  { name: `RSV ${reserved} on a text`, bytes: text("a", { reserved }), ...violation(1) },
  { name: `RSV ${reserved} on a binary message`, bytes: binary("a", { reserved }), ...violation(1) },
  { name: `RSV ${reserved} on a ping`, bytes: ping("a", { reserved }), ...violation(1) },
  { name: `RSV ${reserved} on a close`, bytes: close(1000, "", { reserved }), ...violation(1) },
  {
    name: `RSV ${reserved} on a later frame`,
    bytes: join(text("a", { final: false }), more("b", { reserved })),
    ...violation(8),
  },
  {
    name: `RSV ${reserved} behind a message`,
    bytes: join(text("a"), text("b", { reserved })),
    bodies: [utf8("a")],
    ...violation(8),
  },
])

/** 4: reserved opcodes. */
const reservedOpcodes: ReadonlyArray<Case> = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap(
  (opcode): ReadonlyArray<Case> => [
    { name: `opcode ${opcode}`, bytes: frame({ opcode }), ...violation(1) },
    { name: `opcode ${opcode} with a payload`, bytes: frame({ opcode, payload: "reserved" }), ...violation(1) },
    {
      name: `opcode ${opcode} inside a message`,
      bytes: join(text("a", { final: false }), frame({ opcode, payload: "b" })),
      ...violation(8),
    },
  ],
)

/** 5: messages in several frames. */
const fragments: ReadonlyArray<Case> = [
  { name: "a text in two frames", bytes: join(text("ab", { final: false }), more("cd")), bodies: [utf8("abcd")] },
  {
    name: "a binary message in two frames",
    bytes: join(binary("ab", { final: false }), more("cd")),
    bodies: [utf8("abcd")],
  },
  {
    name: "a message of bytes in frames",
    bytes: join(text("a", { final: false }), more("b", { final: false }), more("c", { final: false }), more("d")),
    bodies: [utf8("abcd")],
  },
  {
    name: "many frames",
    bytes: join(
      text("a", { final: false }),
      ...Array.from({ length: 300 }, () => more("b", { final: false })),
      more("c"),
    ),
    bodies: [utf8(`a${"b".repeat(300)}c`)],
  },
  {
    name: "frames of different masks",
    bytes: join(text("ab", { final: false, mask: hex("01020304") }), more("cd", { mask: hex("f0e0d0c0") })),
    bodies: [utf8("abcd")],
  },
  {
    name: "an empty first frame",
    bytes: join(text("", { final: false }), more("a")),
    bodies: [utf8("a")],
  },
  {
    name: "empty frames around",
    bytes: join(
      binary("", { final: false }),
      more("a", { final: false }),
      more("", { final: false }),
      more("b", { final: false }),
      more(""),
    ),
    bodies: [utf8("ab")],
  },
  { name: "nothing in two frames", bytes: join(text("", { final: false }), more("")), ...fails("EmptyFrame", 12) },
  {
    name: "a ping inside a message",
    bytes: join(text("ab", { final: false }), ping("?"), more("cd")),
    bodies: [utf8("abcd")],
    control: ["ping ?"],
  },
  {
    name: "pings and pongs between all frames",
    bytes: join(text("a", { final: false }), ping("1"), pong("2"), more("b", { final: false }), ping("3"), more("c")),
    bodies: [utf8("abc")],
    control: ["ping 1", "pong 2", "ping 3"],
  },
  {
    name: "a close inside a message",
    bytes: join(text("a", { final: false }), close(1001), more("b")),
    control: ["close 1001"],
  },
  { name: "the first frame alone", bytes: text("ab", { final: false }), partial: true },
  {
    name: "a ping behind the first frame",
    bytes: join(text("ab", { final: false }), ping("?")),
    control: ["ping ?"],
    partial: true,
  },
  { name: "a frame that continues nothing", bytes: more("a"), ...violation(1) },
  { name: "a frame that continues nothing, with more to come", bytes: more("a", { final: false }), ...violation(1) },
  {
    name: "a frame that continues a whole message",
    bytes: join(text("a"), more("b")),
    bodies: [utf8("a")],
    ...violation(8),
  },
  { name: "a frame that continues a ping", bytes: join(ping("a"), more("b")), control: ["ping a"], ...violation(8) },
  {
    name: "a frame that continues a message in frames that has ended",
    bytes: join(text("a", { final: false }), more("b"), more("c")),
    bodies: [utf8("ab")],
    ...violation(15),
  },
  { name: "a text inside a text", bytes: join(text("a", { final: false }), text("b")), ...violation(8) },
  { name: "a binary message inside a text", bytes: join(text("a", { final: false }), binary("b")), ...violation(8) },
  {
    name: "a text inside a binary message",
    bytes: join(binary("a", { final: false }), text("b", { final: false })),
    ...violation(8),
  },
  { name: "a text inside an empty beginning", bytes: join(text("", { final: false }), text("b")), ...violation(7) },
]

/** 6: texts that are UTF-8. */
const characters = [
  "00",
  "0a",
  "20",
  "7f",
  "c280",
  "c3a9",
  "dfbf",
  "e0a080",
  "e0bfbf",
  "e18080",
  "e282ac",
  "ecbfbf",
  "ed8080",
  "ed9fbf",
  "ee8080",
  "efbbbf",
  "efbfbd",
  "efbfbe",
  "efbfbf",
  "f0908080",
  "f09f9880",
  "f0bfbfbf",
  "f1808080",
  "f3bfbfbf",
  "f4808080",
  "f48fbfbf",
  "ceba e1bdb9 cf83 cebc ceb5",
  "48 c3bc f09f8e89 21",
]
const isText: ReadonlyArray<Case> = characters.flatMap((digits): ReadonlyArray<Case> => {
  const body = hex(digits)
  const middle = Math.ceil(body.byteLength / 2)
  return [
    { name: `UTF-8 ${digits}`, bytes: text(body), bodies: [body] },
    {
      name: `UTF-8 ${digits} cut in two`,
      bytes: join(text(body.subarray(0, middle), { final: false }), ping(""), more(body.subarray(middle))),
      bodies: [body],
      control: ["ping "],
    },
  ]
})

/** What comes first is right; the byte behind it cannot be, whatever follows. */
const wrong: ReadonlyArray<readonly [name: string, before: string, byte: string]> = [
  ["a byte that continues nothing", "", "80"],
  ["the last of those", "", "bf"],
  ["a byte that continues nothing, behind ASCII", "61", "80"],
  ["one more than the character needs", "c3a9", "a9"],
  ["ASCII instead of the second of two", "c3", "28"],
  ["a new character instead of the second of two", "c3", "c3"],
  ["ASCII instead of the second of three", "e2", "28"],
  ["ASCII instead of the third of three", "e282", "28"],
  ["ASCII instead of the second of four", "f0", "28"],
  ["ASCII instead of the third of four", "f09f", "28"],
  ["ASCII instead of the fourth of four", "f09f98", "28"],
  ["a new character instead of the fourth of four", "f09f98", "f0"],
  ["an overlong / in two bytes", "", "c0"],
  ["an overlong DEL in two bytes", "", "c1"],
  ["an overlong / in three bytes", "e0", "80"],
  ["the largest overlong in three bytes", "e0", "9f"],
  ["an overlong / in four bytes", "f0", "80"],
  ["the largest overlong in four bytes", "f0", "8f"],
  ["the first surrogate", "ed", "a0"],
  ["the last surrogate", "ed", "bf"],
  ["a pair of surrogates", "61 ed", "a0"],
  ["U+110000", "f4", "90"],
  ["the largest in four bytes", "f4", "bf"],
  ["beyond what four bytes may begin with", "", "f5"],
  ["U+1FFFFF", "", "f7"],
  ["five bytes", "", "f8"],
  ["six bytes", "", "fc"],
  ["fe", "", "fe"],
  ["ff", "", "ff"],
  ["Greek, then a surrogate", "ceba e1bdb9 cf83 cebc ceb5 ed", "a0"],
  ["Greek, then U+110000", "ceba e1bdb9 cf83 cebc ceb5 f4", "90"],
]
const isNoText: ReadonlyArray<Case> = wrong.flatMap(([name, before, byte]): ReadonlyArray<Case> => {
  const start = hex(before)
  const rest = join(hex(byte), utf8("edited"))
  const place = 6 + start.byteLength + 1
  return [
    { name: `a text with ${name}`, bytes: text(join(start, rest)), ...fails("InvalidUtf8", place) },
    { name: `a text that ends with ${name}`, bytes: text(join(start, hex(byte))), ...fails("InvalidUtf8", place) },
    {
      name: `a text that is longer than a word, with ${name}`,
      bytes: text(join(utf8(letters(100)), start, rest)),
      ...fails("InvalidUtf8", 100 + place),
    },
    {
      name: `a text with ${name} in the second frame`,
      bytes: join(text(start, { final: false }), more(rest, { final: false })),
      ...fails("InvalidUtf8", 6 + place),
    },
  ]
})
const cutShort: ReadonlyArray<Case> = ["c3", "e0", "e2", "e282", "ed9f", "f0", "f09f", "f09f98", "ceba e1bd"].flatMap(
  (digits): ReadonlyArray<Case> => {
    const body = hex(digits)
    return [
      { name: `a text that ends in ${digits}`, bytes: text(body), ...fails("InvalidUtf8", 6 + body.byteLength) },
      {
        name: `frames that end in ${digits}`,
        bytes: join(text(body, { final: false }), more("")),
        ...fails("InvalidUtf8", 12 + body.byteLength),
      },
      { name: `${digits} is no end yet`, bytes: text(body, { final: false }), partial: true },
      { name: `${digits} in a binary message`, bytes: binary(body), bodies: [body] },
    ]
  },
)
const behindNoText: ReadonlyArray<Case> = [
  {
    name: "bytes that are no text, in a binary message",
    bytes: binary(hex("fffe80c0eda0")),
    bodies: [hex("fffe80c0eda0")],
  },
  {
    name: "what came before a text that is none",
    bytes: join(text("a"), text(hex("ff"))),
    bodies: [utf8("a")],
    ...fails("InvalidUtf8", 14),
  },
  {
    name: "a text behind one that ended inside an emoji that went on",
    bytes: join(text(hex("f09f"), { final: false }), more(hex("9880")), text("b")),
    bodies: [hex("f09f9880"), utf8("b")],
  },
]

/** 7: closing. */
const codesThatMay = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4510, 4999,
]
const codesThatMayNot = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 5001, 65_535]
const closes: ReadonlyArray<Case> = [
  { name: "a close without a code", bytes: close(), control: ["close"] },
  ...codesThatMay.map((code): Case => ({
    name: `a close with ${code}`,
    bytes: close(code),
    control: [`close ${code}`],
  })),
  ...codesThatMay.slice(0, 3).map((code): Case => ({
    name: `a close with ${code} and a reason`,
    bytes: close(code, "gone för good"),
    control: [`close ${code} gone för good`],
  })),
  ...codesThatMayNot.map((code): Case => ({ name: `a close with ${code}`, bytes: close(code), ...violation(8) })),
  { name: "a code that may not be, with a reason", bytes: close(1005, "why"), ...violation(11) },
  { name: "a close of one byte", bytes: frame({ opcode: 8, payload: hex("03") }), ...violation(2) },
  { name: "a reason of 123 bytes", bytes: close(1000, letters(123)), control: [`close 1000 ${letters(123)}`] },
  { name: "a reason of 124 bytes", bytes: close(1000, letters(124)), ...violation(2) },
  { name: "a reason that is not UTF-8", bytes: close(1000, hex("61ff")), ...fails("InvalidUtf8", 10) },
  { name: "a reason that ends inside a character", bytes: close(1000, hex("e282")), ...fails("InvalidUtf8", 10) },
  { name: "a reason with a surrogate", bytes: close(4000, hex("eda080")), ...fails("InvalidUtf8", 11) },
  { name: "a message behind a close", bytes: join(close(1000), text("late")), control: ["close 1000"] },
  { name: "a ping behind a close", bytes: join(close(1000), ping("late")), control: ["close 1000"] },
  { name: "two closes", bytes: join(close(1000), close(1001)), control: ["close 1000"] },
  { name: "anything behind a close", bytes: join(close(1000), hex("ffffffff")), control: ["close 1000"] },
  {
    name: "half a message behind a close",
    bytes: join(close(1000), text("late").subarray(0, 3)),
    control: ["close 1000"],
  },
  {
    name: "a message, then a close",
    bytes: join(text("a"), close(1000, "bye")),
    bodies: [utf8("a")],
    control: ["close 1000 bye"],
  },
  { name: "half a close", bytes: close(1000, "bye").subarray(0, 9), partial: true },
]

/** Masks and lengths. */
const headers: ReadonlyArray<Case> = [
  { name: "a text without a mask", bytes: text("a", { mask: undefined }), ...violation(2) },
  { name: "a binary message without a mask", bytes: binary("a", { mask: undefined }), ...violation(2) },
  { name: "a ping without a mask", bytes: ping("", { mask: undefined }), ...violation(2) },
  { name: "a pong without a mask", bytes: pong("", { mask: undefined }), ...violation(2) },
  { name: "a close without a mask", bytes: close(1000, "", { mask: undefined }), ...violation(2) },
  {
    name: "a later frame without a mask",
    bytes: join(text("a", { final: false }), more("b", { mask: undefined })),
    ...violation(9),
  },
  ...[0, 1, 125].map((length): Case => ({
    name: `a length of ${length} in two bytes`,
    bytes: text(letters(length), { lengthBytes: 2 }),
    ...violation(4),
  })),
  ...[0, 1, 125, 126, 65_535].map((length): Case => ({
    name: `a length of ${length} in eight bytes`,
    bytes: binary(letters(length), { lengthBytes: 8 }),
    ...violation(10),
  })),
  { name: "a length with its highest bit", bytes: text("", { length: 1n << 63n }), ...violation(10) },
  { name: "the largest number of 64 bits", bytes: text("", { length: (1n << 64n) - 1n }), ...violation(10) },
  { name: "a first line of HTTP", bytes: utf8("GET / HTTP/1.1\r\n\r\n"), ...violation(1) },
  { name: "a frame with a length in front", bytes: hex("00000002 7b7d"), ...violation(1) },
]

/** 9: how large a message may be. */
const small = { maxBytes: 10 }
const tooLarge = (after: number) => fails("FrameTooLarge", after)
const sizes: ReadonlyArray<Case> = [
  { name: "a message at the limit", bytes: text(letters(10)), options: small, bodies: [utf8(letters(10))] },
  { name: "a message over the limit", bytes: text(letters(11)), options: small, ...tooLarge(2) },
  {
    name: "a message over a limit of two bytes",
    bytes: binary(bytesOf(300)),
    options: { maxBytes: 299 },
    ...tooLarge(4),
  },
  { name: "a message over a limit of eight bytes", bytes: binary(bytesOf(limit + 1)), ...tooLarge(10) },
  { name: "a gigabyte that was only promised", bytes: text("", { length: 1 << 30 }), ...tooLarge(10) },
  { name: "the largest length there is", bytes: text("", { length: (1n << 63n) - 1n }), ...tooLarge(10) },
  {
    name: "frames up to the limit",
    bytes: join(text(letters(6), { final: false }), more("wxyz")),
    options: small,
    bodies: [utf8("abcdefwxyz")],
  },
  {
    name: "frames up to the limit, and an empty one",
    bytes: join(text(letters(6), { final: false }), more("wxyz", { final: false }), more("")),
    options: small,
    bodies: [utf8("abcdefwxyz")],
  },
  {
    name: "frames over the limit",
    bytes: join(text(letters(6), { final: false }), more("vwxyz")),
    options: small,
    ...tooLarge(14),
  },
  {
    name: "a third frame over the limit",
    bytes: join(text("abcde", { final: false }), more("fghij", { final: false }), more("k")),
    options: small,
    ...tooLarge(24),
  },
  {
    name: "empty frames without end",
    bytes: join(text("", { final: false }), ...Array.from({ length: 10 }, () => more("", { final: false })), more("a")),
    options: small,
    ...tooLarge(12 * 6 - 4),
  },
  {
    name: "a ping is not limited by it",
    bytes: join(text(letters(10), { final: false }), ping(letters(20)), more("")),
    options: small,
    bodies: [utf8(letters(10))],
    control: [`ping ${letters(20)}`],
  },
  {
    name: "nor is a close",
    bytes: close(1000, letters(20)),
    options: small,
    control: [`close 1000 ${letters(20)}`],
  },
  {
    name: "each message has the limit for itself",
    bytes: join(text("abcde", { final: false }), more("fghij"), text(letters(10))),
    options: small,
    bodies: [utf8("abcdefghij"), utf8(letters(10))],
  },
]

/** Which kind of messages is spoken. */
const contents: ReadonlyArray<Case> = [
  { name: "a text where texts are spoken", bytes: text("a"), options: { content: "text" }, bodies: [utf8("a")] },
  {
    name: "a binary message where those are spoken",
    bytes: binary("a"),
    options: { content: "binary" },
    bodies: [utf8("a")],
  },
  {
    name: "a text where binary messages are spoken",
    bytes: text("a"),
    options: { content: "binary" },
    ...fails("WrongContent", 1),
  },
  {
    name: "a binary message where texts are spoken",
    bytes: binary("a"),
    options: { content: "text" },
    ...fails("WrongContent", 1),
  },
  {
    name: "frames where texts are spoken",
    bytes: join(text("a", { final: false }), more("b"), binary("c", { final: false })),
    options: { content: "text" },
    bodies: [utf8("ab")],
    ...fails("WrongContent", 15),
  },
  { name: "a ping where texts are spoken", bytes: ping("a"), options: { content: "text" }, control: ["ping a"] },
]

/** 12 and 13: compressed messages. */
const packed = (plain: Uint8Array) =>
  zlib.deflateRawSync(plain, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4)
const compressed = { options: { deflate: inflate } }
const noise = new Dice(7692).bytes(60_000)
const same = packed(new Uint8Array(limit + 1))
const twice = join(noise, noise)
const grown = packed(twice)
const rsv1 = { reserved: 4 }
const line = utf8(JSON.stringify({ type: "Publish", text: letters(300) }))
const cut = (parts: ReadonlyArray<Uint8Array>) =>
  join(
    ...parts.map((part, index) =>
      (index === 0 ? text : more)(part, { reserved: index === 0 ? 4 : 0, final: index === parts.length - 1 }),
    ),
  )
const deflated: ReadonlyArray<Case> = [
  { name: "the RFC's Hello", bytes: text(hex("f248cdc9c90700"), rsv1), bodies: [utf8("Hello")], ...compressed },
  {
    name: "the RFC's Hello, not compressed",
    bytes: text(hex("000500faff48656c6c6f00"), rsv1),
    bodies: [utf8("Hello")],
    ...compressed,
  },
  {
    name: "the RFC's Hello, with a last block",
    bytes: text(hex("f348cdc9c9070000"), rsv1),
    bodies: [utf8("Hello")],
    ...compressed,
  },
  {
    name: "the RFC's Hello, in two blocks",
    bytes: text(hex("f248050000 00ffffcac9c90700"), rsv1),
    bodies: [utf8("Hello")],
    ...compressed,
  },
  {
    name: "the RFC's Hello, in two frames",
    bytes: cut([hex("f248cd"), hex("c9c90700")]),
    bodies: [utf8("Hello")],
    ...compressed,
  },
  ...[1, 125, 126, 1000, 16_384].map((length): Case => ({
    name: `${length} compressed bytes`,
    bytes: binary(packed(bytesOf(length)), rsv1),
    bodies: [bytesOf(length)],
    ...compressed,
  })),
  {
    name: "60 000 bytes of chance, which grew a little",
    bytes: binary(packed(noise), rsv1),
    bodies: [noise],
    ...compressed,
  },
  {
    name: "a plain message where compression was agreed on",
    bytes: text("plain"),
    bodies: [utf8("plain")],
    ...compressed,
  },
  {
    name: "plain and compressed by turns",
    bytes: join(text(packed(line), rsv1), text("plain"), binary(packed(line), rsv1), binary("plain")),
    bodies: [line, utf8("plain"), line, utf8("plain")],
    ...compressed,
  },
  {
    name: "the same twice: nothing is taken over",
    bytes: join(text(packed(line), rsv1), text(packed(line), rsv1)),
    bodies: [line, line],
    ...compressed,
  },
  {
    name: "a compressed message in frames with a ping between",
    bytes: join(
      text(packed(line).subarray(0, 5), { ...rsv1, final: false }),
      ping("?"),
      more(packed(line).subarray(5)),
    ),
    bodies: [line],
    control: ["ping ?"],
    ...compressed,
  },
  {
    name: "a compressed message without RSV1",
    bytes: binary(packed(line)),
    bodies: [new Uint8Array(packed(line))],
    ...compressed,
  },
  { name: "RSV1 on a ping", bytes: ping("a", rsv1), ...violation(1), ...compressed },
  { name: "RSV1 on a pong", bytes: pong("a", rsv1), ...violation(1), ...compressed },
  { name: "RSV1 on a close", bytes: close(1000, "", rsv1), ...violation(1), ...compressed },
  {
    name: "RSV1 on a later frame",
    bytes: join(text(packed(line).subarray(0, 5), { ...rsv1, final: false }), more(packed(line).subarray(5), rsv1)),
    ...violation(12),
    ...compressed,
  },
  {
    name: "RSV1 on a later frame alone",
    bytes: join(text("a", { final: false }), more("b", rsv1)),
    ...violation(8),
    ...compressed,
  },
  { name: "RSV2 beside RSV1", bytes: text("a", { reserved: 6 }), ...violation(1), ...compressed },
  { name: "RSV3 alone", bytes: text("a", { reserved: 1 }), ...violation(1), ...compressed },
  { name: "an empty compressed text", bytes: text(hex("00"), rsv1), ...fails("EmptyFrame", 7), ...compressed },
  { name: "a compressed message of no bytes", bytes: text("", rsv1), ...fails("InvalidCompression", 6), ...compressed },
  {
    name: "a damaged compressed message",
    bytes: text(hex("ffffffff"), rsv1),
    ...fails("InvalidCompression", 10),
    ...compressed,
  },
  { name: "plain text with RSV1", bytes: text("plain", rsv1), ...fails("InvalidCompression", 11), ...compressed },
  ...[1, 10, 40, packed(line).byteLength - 1].map((length): Case => ({
    name: `the first ${length} bytes of a compressed message`,
    bytes: text(packed(line).subarray(0, length), rsv1),
    ...fails("InvalidCompression", (length > 125 ? 8 : 6) + length),
    ...compressed,
  })),
  {
    name: "more behind the last block",
    bytes: text(hex("f348cdc9c90700 f248cdc9c90700"), rsv1),
    ...fails("InvalidCompression", 20),
    ...compressed,
  },
  {
    name: "nothing behind the last block",
    bytes: text(hex("f348cdc9c90700"), rsv1),
    ...fails("InvalidCompression", 13),
    ...compressed,
  },
  {
    name: "compressed bytes that are no text",
    bytes: text(packed(hex("61ff")), rsv1),
    ...fails("InvalidUtf8", 6 + packed(hex("61ff")).byteLength),
    ...compressed,
  },
  {
    name: "a compressed surrogate",
    bytes: text(packed(hex("eda080")), rsv1),
    ...fails("InvalidUtf8", 6 + packed(hex("eda080")).byteLength),
    ...compressed,
  },
  {
    name: "compressed bytes that need not be text",
    bytes: binary(packed(hex("61ff")), rsv1),
    bodies: [hex("61ff")],
    ...compressed,
  },
  {
    name: "a compressed message at the limit",
    bytes: text(packed(utf8(letters(100))), rsv1),
    bodies: [utf8(letters(100))],
    options: { deflate: inflate, maxBytes: 100 },
  },
  {
    name: "a compressed message over the limit when it is unpacked",
    bytes: text(packed(utf8(letters(101))), rsv1),
    options: { deflate: inflate, maxBytes: 100 },
    ...fails("DecompressionLimit", 6 + packed(utf8(letters(101))).byteLength),
  },
  {
    name: "a compressed message over the limit before",
    bytes: text(new Uint8Array(101), rsv1),
    options: { deflate: inflate, maxBytes: 100 },
    ...tooLarge(2),
  },
  ...[16_384, 65_535, 65_536].map((length): Case => ({
    name: `${length} bytes of the same`,
    bytes: binary(packed(new Uint8Array(length)), rsv1),
    bodies: [new Uint8Array(length)],
    ...compressed,
  })),
  {
    name: "more of the same than every server takes: over the ratio",
    bytes: binary(same, rsv1),
    options: { deflate: inflate, maxBytes: 1_000_000 },
    ...fails("DecompressionLimit", 6 + same.byteLength),
  },
  {
    name: "as much as the ratio allows, where the server takes more",
    bytes: binary(grown, rsv1),
    bodies: [twice],
    options: { deflate: inflate, maxBytes: 1_000_000 },
  },
  {
    name: "ten megabytes of the same",
    bytes: binary(packed(new Uint8Array(10_000_000)), rsv1),
    ...fails("DecompressionLimit", 8 + packed(new Uint8Array(10_000_000)).byteLength),
    ...compressed,
  },
]

export const cases: ReadonlyArray<Case> = [
  ...whole,
  ...pings,
  ...reservedBits,
  ...reservedOpcodes,
  ...fragments,
  ...isText,
  ...isNoText,
  ...cutShort,
  ...behindNoText,
  ...closes,
  ...headers,
  ...sizes,
  ...contents,
  ...deflated,
]

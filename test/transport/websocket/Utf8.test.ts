import { assert, describe, it } from "@effect/vitest"
import { isUtf8 } from "node:buffer"
import { Utf8 } from "../../../src/transport/websocket/Utf8.ts"

/** Where something begins or ends: of ASCII, of what continues, of what begins so many bytes, and of their exceptions. */
const edges = [
  0x00, 0x28, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
  0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
]
const all = Array.from({ length: 256 }, (_, byte) => byte)
/** Whatever has begun properly can be ended by some of these. */
const completions = [[], ...[0x80, 0x90, 0xa0].flatMap((byte) => [[byte], [byte, 0x80], [byte, 0x80, 0x80]])]

const isPossible = (bytes: ReadonlyArray<number>): boolean =>
  completions.some((rest) => isUtf8(Uint8Array.from([...bytes, ...rest])))

/** How many bytes are taken one by one before one is refused. */
const taken = (bytes: ReadonlyArray<number>): number => {
  const utf8 = new Utf8()
  const refused = bytes.findIndex((byte) => !utf8.take(Uint8Array.of(byte), 0, 1))
  return refused < 0 ? bytes.length : refused
}

describe("bytes are taken as long as they can be UTF-8, and not one longer", () => {
  it.each([
    ["two bytes, all there are", all, all, [undefined]],
    ["three bytes at the edges", all, edges, edges],
  ])("%s", (_, firsts, seconds, thirds) => {
    for (const first of firsts) {
      for (const second of seconds) {
        for (const third of thirds) {
          const bytes = third === undefined ? [first, second] : [first, second, third]
          const possible = bytes.findIndex((_, at) => !isPossible(bytes.slice(0, at + 1)))
          assert.strictEqual(taken(bytes), possible < 0 ? bytes.length : possible, bytes.join(" "))
        }
      }
    }
  })

  it("four bytes at the edges", () => {
    for (const first of [0xf0, 0xf1, 0xf3, 0xf4]) {
      for (const second of edges) {
        for (const third of edges) {
          for (const fourth of edges) {
            const bytes = Uint8Array.of(first, second, third, fourth)
            const utf8 = new Utf8()
            assert.strictEqual(utf8.take(bytes, 0, 4) && utf8.whole, isUtf8(bytes))
          }
        }
      }
    }
  })
})

it("is whole between two characters, and only there", () => {
  const utf8 = new Utf8()
  const seen = Array.from(
    new TextEncoder().encode("aé€🎉b"),
    (byte) => utf8.take(Uint8Array.of(byte), 0, 1) && utf8.whole,
  )
  assert.deepStrictEqual(seen, [true, false, true, false, false, true, false, false, false, true, true])
})

it("looks at nothing but what it is told to", () => {
  const utf8 = new Utf8()
  assert.isTrue(utf8.take(Uint8Array.of(0xff, 0xc3, 0xa9, 0xff), 1, 3))
  assert.isTrue(utf8.whole)
})

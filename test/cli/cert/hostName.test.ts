import { assert, it } from "@effect/vitest"
import { parse } from "../../../src/cli/cert/hostName.ts"

it.each([
  ["localhost", "localhost"],
  ["Chat.Example.org", "chat.example.org"],
  ["*.example.org", "*.example.org"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["a_b.example", "a_b.example"],
  [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`],
])("%s is a name", (given, text) => {
  assert.deepStrictEqual(parse(given), { type: "dns", text })
})

it.each([
  ["127.0.0.1", "127.0.0.1", "7f000001"],
  ["255.0.10.1", "255.0.10.1", "ff000a01"],
  ["::1", "::1", "00000000000000000000000000000001"],
  ["::", "::", "00000000000000000000000000000000"],
  ["2001:DB8::ffff:10.0.0.1", "2001:db8::ffff:a00:1", "20010db8000000000000ffff0a000001"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
])("%s is an address", (given, text, hex) => {
  assert.deepStrictEqual(parse(given), { type: "ip", text, bytes: Buffer.from(hex, "hex") })
})

it.each([
  "",
  " ",
  "a b",
  "a/b",
  "a:8080",
  "[::1]",
  "1.2.3",
  "1",
  "0x7f.1.1.1",
  "256.1.1.1",
  "a..b",
  ".a",
  "a.",
  "-a",
  "a-.b",
  "a.*.b",
  "**.a",
  "*",
  "a@b",
  "a,b",
  "fe80::1%eth0",
  `${"a".repeat(64)}.example`,
  Array(64).fill("abcd").join("."),
])("%j is neither", (given) => {
  assert.isUndefined(parse(given))
})

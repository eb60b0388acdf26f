import { assert, describe, it } from "@effect/vitest"
import * as Net from "node:net"
import { format, parse } from "../../src/domain/IpAddress.ts"
import { Dice } from "../../src/testing/Dice.ts"

const canonical = (text: string): string | undefined => {
  const ip = parse(text)
  return ip === undefined ? undefined : format(ip)
}

describe("an IP address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::FFFF:c000:0207", "192.0.2.7"],
    ["0:0:0:0:0:ffff:c000:207", "192.0.2.7"],
    ["::192.0.2.7", "::c000:207"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8::0001", "2001:db8::1"],
    ["2001:db8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"],
    ["1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"],
    ["10:0:0:0:0:0:0:0", "10::"],
    ["fe80::1%eth0", "fe80::1"],
  ])("%s is written %s", (text, expected) => assert.strictEqual(canonical(text), expected))

  it.each([
    "",
    ":",
    ":::",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.04",
    "1.2.3.256",
    "0x7f.0.0.1",
    "2130706433",
    "127.1",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.4%eth0",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "::1::",
    "12345::",
    "g::",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "[::1]",
    "::1/64",
    "localhost",
    "unix",
    "1".repeat(100_000),
    `${":".repeat(50_000)}1`,
  ])("%j is none", (text) => assert.isUndefined(canonical(text)))

  it("is read as Node reads it, whatever it is", () => {
    const dice = new Dice(31)
    const signs = [..."0123456789abcdefF:::::...."]
    let read = 0
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: dice.below(16) }, () => dice.pick(signs)).join("")
      const found = canonical(text)
      assert.strictEqual(found !== undefined, Net.isIP(text) !== 0, text)
      if (found === undefined) continue
      read++
      assert.strictEqual(canonical(found), found)
    }
    assert.isAbove(read, 100)
  })
})

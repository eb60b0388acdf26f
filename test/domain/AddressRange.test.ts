import { assert, describe, it } from "@effect/vitest"
import { type AddressRange, contains, isRange } from "../../src/domain/AddressRange.ts"

const range = (text: string) => text as AddressRange

describe("ranges of addresses", () => {
  const cases: ReadonlyArray<readonly [string, inside: ReadonlyArray<string>, outside: ReadonlyArray<string>]> = [
    ["192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7", "::ffff:c000:207"], ["192.0.2.8", "memory", "", "::c000:207"]],
    ["192.0.2.0/24", ["192.0.2.0", "192.0.2.255"], ["192.0.3.0", "192.0.1.255", "2001:db8::1"]],
    ["192.0.2.77/24", ["192.0.2.1"], ["192.0.3.1"]],
    ["10.0.0.0/8", ["10.255.0.1"], ["11.0.0.1"]],
    ["0.0.0.0/0", ["1.2.3.4", "255.255.255.255"], ["::1"]],
    ["255.255.255.255/32", ["255.255.255.255"], ["255.255.255.254"]],
    ["192.0.2.128/25", ["192.0.2.128"], ["192.0.2.127"]],
    ["2001:db8::/32", ["2001:db8::1", "2001:0DB8:ffff::", "2001:db8:1:2:3:4:5:6"], ["2001:db9::", "32.1.13.184"]],
    ["2001:db8::1", ["2001:db8:0:0:0:0:0:1", "2001:db8::0.0.0.1"], ["2001:db8::2"]],
    ["fe80::/10", ["fe80::1%eth0", "febf::"], ["fec0::"]],
    ["::/0", ["::1", "2001:db8::"], ["127.0.0.1"]],
    ["::ffff:192.0.2.0/120", ["192.0.2.9"], ["192.0.3.9"]],
  ]
  for (const [text, inside, outside] of cases) {
    it(`${text} has its addresses and no others`, () => {
      assert.isTrue(isRange(range(text)))
      for (const address of inside) assert.isTrue(contains(range(text), address), address)
      for (const address of outside) assert.isFalse(contains(range(text), address), address)
    })
  }

  const wrong = [
    "192.0.2.0/33",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.07",
    "1::2::3",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3",
    ":1:2:3:4:5:6:7:8",
    "12345::",
    "::/129",
    "::ffff:192.0.2.0/24",
    "...",
    "::1.2.3",
    "1:2:3:4:5:6:7::8",
  ]
  for (const text of wrong) {
    it(`${text} is none`, () => {
      assert.isFalse(isRange(range(text)))
      assert.isFalse(contains(range(text), "192.0.2.1"))
      assert.isFalse(contains(range(text), "1:2:3:4:5:6:7:8"))
    })
  }
})

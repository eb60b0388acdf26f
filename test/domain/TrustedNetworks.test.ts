import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { unixPeer } from "../../src/domain/Network.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"

const of = (text: string): TrustedNetworks => Result.getOrThrow(TrustedNetworks.parse(text))

describe("networks whose word counts", () => {
  const cases: ReadonlyArray<readonly [string, inside: ReadonlyArray<string>, outside: ReadonlyArray<string>]> = [
    ["none", [], ["127.0.0.1", "::1", "unix", "10.0.0.1", "", "none"]],
    ["10.0.0.1", ["10.0.0.1", "::ffff:10.0.0.1", "::ffff:a00:1"], ["10.0.0.2", "10.0.0.10", "::10.0.0.1"]],
    ["10.0.0.0/8, 2001:db8::/32", ["10.9.9.9", "2001:db8::1", "2001:db8::1%eth0"], ["11.0.0.1", "2001:db9::", "unix"]],
    ["loopback", ["127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"], ["126.0.0.1", "::2", "unix", "localhost"]],
    [
      "private",
      ["10.1.1.1", "172.31.0.1", "192.168.9.9", "fd00::1"],
      ["172.32.0.1", "127.0.0.1", "fe80::1", "11.0.0.1"],
    ],
    ["Loopback,UNIX", ["127.0.0.1", "unix"], ["10.0.0.1", "/run/natter.sock"]],
    ["::ffff:10.0.0.0/104", ["10.1.2.3"], ["11.0.0.1"]],
    ["fe80::/10", ["fe80::1%eth0"], ["fec0::1"]],
    ["0.0.0.0/0", ["192.0.2.1"], ["2001:db8::1", "unix"]],
    ["::/0", ["2001:db8::1"], ["192.0.2.1"]],
  ]
  for (const [text, inside, outside] of cases) {
    it(`${text} are these and no others`, () => {
      for (const address of inside) assert.isTrue(of(text).trusts(address), address)
      for (const address of outside) assert.isFalse(of(text).trusts(address), address)
    })
  }

  const nothing = "there is nothing between two commas, or before or behind one"
  it.each([
    ["", nothing],
    [" ", nothing],
    [",", nothing],
    ["10.0.0.1,", nothing],
    ["10.0.0.1,,10.0.0.2", nothing],
    ["10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2 is neither an address nor a range of them"],
    ["10.0.0.0/", "10.0.0.0/ is neither an address nor a range of them"],
    ["10.0.0.0/33", "10.0.0.0/33 is neither an address nor a range of them"],
    ["10.0.0.0/-1", "10.0.0.0/-1 is neither an address nor a range of them"],
    ["10.0.0.0/8/8", "10.0.0.0/8/8 is neither an address nor a range of them"],
    ["loopback, 10.0.0", "10.0.0 is neither an address nor a range of them"],
    ["10.0.0.256", "10.0.0.256 is neither an address nor a range of them"],
    ["localhost", "localhost is neither an address nor a range of them"],
    ["proxy.example.org", "proxy.example.org is neither an address nor a range of them"],
    ["toString", "tostring is neither an address nor a range of them"],
    ["__proto__", "__proto__ is neither an address nor a range of them"],
    ["::/129", "::/129 is neither an address nor a range of them"],
    ["fe80::1%eth0", "fe80::1%eth0: a range is the same in every network, so leave the % and what follows it out"],
    ["none, loopback", "none stands alone"],
    ["[::1]", "write [::1] without its brackets"],
    ["10.0.0.1:80", "10.0.0.1:80: leave the port out"],
    [`10.0.0.1${",10.0.0.1".repeat(1000)}`, "it is longer than 4096 characters"],
  ])("%j are none, and it says why", (text, why) => {
    assert.strictEqual(Result.getFailure(TrustedNetworks.parse(text)).pipe(Option.getOrUndefined), why)
  })

  it("are written as they are read", () => {
    for (const text of ["none", "loopback, 10.0.0.0/8, 2001:db8::/32, unix"]) assert.strictEqual(of(text).text, text)
  })

  it("do not speak for the loopback of this machine from another one", () => {
    const networks = of("loopback, private, unix")
    assert.isTrue(networks.believes("10.0.0.1", "192.0.2.7"))
    assert.isTrue(networks.believes("127.0.0.1", "127.0.0.1"))
    assert.isTrue(networks.believes("::1", "127.0.0.1"))
    assert.isTrue(networks.believes(unixPeer, "::1"))
    for (const claimed of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
      assert.isFalse(networks.believes("10.0.0.1", claimed), claimed)
    }
    assert.isFalse(networks.believes("192.0.2.7", "192.0.2.8"))
  })
})

import { assert, describe, it } from "@effect/vitest"
import type { NetworkInterfaceInfo } from "node:os"
import { among, isIn, reaching } from "../../src/discovery/LocalNetworks.ts"

const ipv4 = (address: string, netmask = "255.255.255.0"): NetworkInterfaceInfo =>
  ({ family: "IPv4", address, netmask, mac: "", internal: false, cidr: null }) as NetworkInterfaceInfo
const ipv6 = (address: string): NetworkInterfaceInfo =>
  ({ family: "IPv6", address, netmask: "", mac: "", internal: false, cidr: null, scopeid: 0 }) as NetworkInterfaceInfo

const machine = {
  lo: [ipv4("127.0.0.1", "255.0.0.0"), ipv6("::1")],
  home: [ipv4("192.168.1.5"), ipv6("fd00::5"), ipv6("fe80::5"), ipv6("2a01:db8::5")],
  office: [ipv4("10.1.2.3", "255.0.0.0")],
  carrier: [ipv4("100.64.0.9")],
  internet: [ipv4("203.0.113.9"), ipv6("2a01:db8::9")],
  gone: undefined,
}
const addressesOn = (host: string) => reaching(among(machine), host).map(({ addresses }) => addresses)

describe("the networks in which a server is announced", () => {
  it("are never public", () => {
    assert.deepStrictEqual(addressesOn("::"), [["127.0.0.1", "::1"], ["192.168.1.5", "fd00::5"], ["10.1.2.3"]])
    assert.deepStrictEqual(addressesOn("203.0.113.9"), [])
    assert.deepStrictEqual(addressesOn("2a01:db8::9"), [])
  })

  it("are those in which it listens", () => {
    assert.deepStrictEqual(addressesOn("0.0.0.0"), [["127.0.0.1"], ["192.168.1.5"], ["10.1.2.3"]])
    assert.deepStrictEqual(addressesOn("192.168.1.5"), [["192.168.1.5"]])
    assert.deepStrictEqual(addressesOn("fd00::5"), [["fd00::5"]])
    assert.deepStrictEqual(addressesOn("127.0.0.1"), [["127.0.0.1"]])
    assert.deepStrictEqual(addressesOn("::1"), [["::1"]])
  })

  it("hear only who is in them", () => {
    const network = { address: "192.168.1.5", netmask: "255.255.255.0" }
    for (const address of ["192.168.1.5", "192.168.1.254"]) assert.isTrue(isIn(network, address))
    for (const address of ["192.168.2.5", "203.0.113.9", "fd00::5", "nobody", ""])
      assert.isFalse(isIn(network, address))
  })
})

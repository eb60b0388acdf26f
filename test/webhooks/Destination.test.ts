import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import { mayReach, wrongIn } from "../../src/webhooks/outbound/Destination.ts"

const networks = (text: string) => Result.getOrThrow(TrustedNetworks.parse(text))
const none = TrustedNetworks.none

/** Hosts in all the spellings that `URL` takes for an address of this machine or of its neighbours. */
const inside = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "0177.0.0.1",
  "0x7f.0.0.1",
  "0x7f000001",
  "2130706433",
  "017700000001",
  "127.0.0.1.",
  "%31%32%37.0.0.1",
  "①②⑦.⓪.⓪.①",
  "0",
  "0.0.0.0",
  "10.0.0.7",
  "0xa.7",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "3232235777",
  "169.254.169.254",
  "0xa9fea9fe",
  "2852039166",
  "100.64.0.1",
  "100.100.100.200",
  "192.0.0.8",
  "192.0.2.1",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.250",
  "240.0.0.1",
  "255.255.255.255",
  "[::]",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::127.0.0.1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::ffff:10.0.0.1]",
  "[::ffff:a9fe:a9fe]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b::a00:1]",
  "[64:ff9b:1::1]",
  "[100::1]",
  "[2001:db8::1]",
  "[2001::1]",
  "[2002:7f00:1::]",
  "[2002:808:808::]",
  "[3fff::1]",
  "[fc00::1]",
  "[fd00:ec2::254]",
  "[fe80::1]",
  "[febf::1]",
  "[fec0::1]",
  "[ff02::1]",
  "[4000::1]",
]

const outside = [
  "8.8.8.8",
  "134744072",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.1",
  "169.253.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.20.0.0",
  "223.255.255.255",
  "[2606:4700::1111]",
  "[2a00:1450:4001::1]",
  "[64:ff9b::8.8.8.8]",
  "[::ffff:8.8.8.8]",
  "example.org",
  // What a name means is known when it is looked up.
  "localhost",
  "metadata.google.internal",
]

describe("where a webhook may lead", () => {
  for (const scheme of ["http", "https"]) {
    it(`${scheme}: to no address of this machine, its neighbours or its cloud, however it is written`, () => {
      for (const host of inside) {
        assert.match(wrongIn(`${scheme}://${host}:8443/hook`, none) ?? "", /may not reach/, host)
      }
      for (const host of outside) assert.isUndefined(wrongIn(`${scheme}://${host}/hook`, none), host)
    })
  }

  it("to those that are allowed, and no others", () => {
    const allow = networks("10.1.0.0/16, ::1")
    for (const host of ["10.1.2.3", "0x0a010203", "[::ffff:10.1.2.3]", "[::1]"]) {
      assert.isUndefined(wrongIn(`http://${host}:8000/`, allow), host)
    }
    for (const host of ["10.2.0.1", "127.0.0.1", "[::2]", "[64:ff9b::10.1.2.3]"]) {
      assert.isDefined(wrongIn(`http://${host}:8000/`, allow), host)
    }
  })

  it("to an address that is one, of the web, without a name and a password, on a port of the web or a free one", () => {
    const cases: ReadonlyArray<readonly [string, RegExp]> = [
      ["", /no address/],
      ["example.org/hook", /no address/],
      ["https://", /no address/],
      ["https://exa mple.org/", /no address/],
      ["https://[::1/", /no address/],
      ["https://256.256.256.256/", /no address/],
      ["https://example.org:99999/", /no address/],
      ["ftp://example.org/", /neither https/],
      ["file:///etc/passwd", /neither https/],
      ["gopher://example.org/", /neither https/],
      ["javascript:alert(1)", /neither https/],
      ["unix:/run/docker.sock", /neither https/],
      ["https://ann:secret@example.org/", /name or a password/],
      ["https://8.8.8.8@127.0.0.1/", /name or a password/],
      ["http://:x@example.org/", /name or a password/],
      ["http://example.org:25/", /port/],
      ["http://example.org:22/", /port/],
      ["https://example.org:1023/", /port/],
      [`https://example.org/${"a".repeat(2048)}`, /longer/],
    ]
    for (const [url, why] of cases) assert.match(wrongIn(url, none) ?? "", why, url)
    for (const url of [
      "https://example.org",
      "http://example.org:443/",
      "https://example.org:80/",
      "http://é.fr:1024",
    ]) {
      assert.isUndefined(wrongIn(url, none), url)
    }
  })

  it("to no peer that has no address", () => {
    for (const peer of ["", "unix", "localhost", "nonsense"]) assert.isFalse(mayReach(peer, networks("unix, loopback")))
  })
})

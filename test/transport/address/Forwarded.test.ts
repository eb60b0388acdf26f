import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Net from "node:net"
import { Dice } from "../../../src/testing/Dice.ts"
import { realAddress } from "../../../src/transport/address/Forwarded.ts"
import { ownOrigins } from "../../../src/transport/address/ownOrigins.ts"
import type { ProxySettings } from "../../../src/transport/address/ProxySettings.ts"
import { TrustedNetworks } from "../../../src/domain/TrustedNetworks.ts"

/** The proxies: 10.x are ours, whatever begins with 192.0.2 is a stranger's. */
const trusted = Result.getOrThrow(TrustedNetworks.parse("10.0.0.0/8, 2001:db8:a::/48, loopback, unix"))
const proxy = "10.0.0.1"

type Headers = Readonly<Record<string, string | ReadonlyArray<string>>>

const from = (headers: Headers, peer = proxy, header: ProxySettings["header"] = "any"): string =>
  Result.match(realAddress({ peer, headers }, { trusted, header }), {
    onSuccess: (address) => address,
    onFailure: ({ headers }) => headers.join(" against "),
  })

const xff = (value: string | ReadonlyArray<string>) => from({ "x-forwarded-for": value })
const fwd = (value: string | ReadonlyArray<string>) => from({ forwarded: value })

describe("X-Forwarded-For", () => {
  it.each<readonly [string, string]>([
    ["192.0.2.7", "192.0.2.7"],
    [" 192.0.2.7\t", "192.0.2.7"],
    ["192.0.2.7:4711", "192.0.2.7"],
    ["2001:db8::7", "2001:db8::7"],
    ["2001:DB8:0::0007", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    ["[2001:db8::7]:4711", "2001:db8::7"],
    ['"[2001:db8::7]:4711"', "2001:db8::7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["[::ffff:c000:207]:80", "192.0.2.7"],
    ["fe80::1%eth0", "fe80::1"],
    // What a stranger wrote before our proxy did.
    ["192.0.2.66, 192.0.2.7", "192.0.2.7"],
    ["127.0.0.1, 192.0.2.7", "192.0.2.7"],
    ["10.0.0.9, 192.0.2.7", "192.0.2.7"],
    ['", 192.0.2.7', "192.0.2.7"],
    [`${"192.0.2.66,".repeat(10_000)}192.0.2.7`, "192.0.2.7"],
    // Through several of ours.
    ["192.0.2.7, 10.0.0.2", "192.0.2.7"],
    ["192.0.2.66, 192.0.2.7, 10.0.0.2, 10.0.0.3", "192.0.2.7"],
    ["192.0.2.7,10.0.0.2,,2001:db8:a::1, ", "192.0.2.7"],
    ["10.0.0.3, 10.0.0.2", "10.0.0.3"],
    [Array<string>(40).fill("10.0.0.2").join(), "10.0.0.2"],
    // Nothing that one can use: whoever says it is who there is.
    ["unknown", proxy],
    ["_hidden", proxy],
    ["unix:", proxy],
    ["192.0.2.7 192.0.2.8", proxy],
    ["192.0.2.7;", proxy],
    ["192.0.2.300", proxy],
    ["192.0.2.07", proxy],
    ["192.0.2.7:", proxy],
    ["192.0.2.7:99999", proxy],
    ["192.0.2.7:http", proxy],
    ["192.0.2.7/24", proxy],
    ["http://192.0.2.7", proxy],
    ["[192.0.2.7]", proxy],
    ["[2001:db8::7", proxy],
    ["2001:db8::7]", proxy],
    ["[2001:db8::7]4711", proxy],
    ["[]", proxy],
    [",", proxy],
    ["", proxy],
    ["\0", proxy],
    ["１９２.0.2.7", proxy],
    ["x".repeat(100_000), proxy],
    [",".repeat(100_000), proxy],
    ["192.0.2.7, unknown", proxy],
    ["192.0.2.7, unknown, 10.0.0.2", "10.0.0.2"],
    ["192.0.2.7, _a, 10.0.0.2, 10.0.0.3", "10.0.0.2"],
    // Loopback is never what a proxy elsewhere sees.
    ["127.0.0.1", proxy],
    ["::1", proxy],
    ["::ffff:127.0.0.1", proxy],
    ["127.0.0.1, 10.0.0.2", "10.0.0.2"],
  ])("%j", (value, expected) => assert.strictEqual(xff(value), expected))

  it("counts over all of its lines", () => {
    assert.strictEqual(xff(["192.0.2.66", "192.0.2.7", "10.0.0.2"]), "192.0.2.7")
    assert.strictEqual(xff([]), proxy)
  })

  it("of a proxy on this machine may name this machine", () => {
    assert.strictEqual(from({ "x-forwarded-for": "127.0.0.1" }, "127.0.0.1"), "127.0.0.1")
    assert.strictEqual(from({ "x-forwarded-for": "::1" }, "unix"), "::1")
    assert.strictEqual(from({ "x-forwarded-for": "127.0.0.1, 10.0.0.2" }, "127.0.0.1"), "10.0.0.2")
    assert.strictEqual(from({ "x-forwarded-for": "192.0.2.7, 127.0.0.1" }, "unix"), "192.0.2.7")
  })
})

describe("Forwarded", () => {
  it.each<readonly [string, string]>([
    ["for=192.0.2.7", "192.0.2.7"],
    ["For=192.0.2.7", "192.0.2.7"],
    ['for="192.0.2.7"', "192.0.2.7"],
    ['for="192.0.2.7:4711"', "192.0.2.7"],
    ['for="192.0.2.7:_port"', "192.0.2.7"],
    ["for=192.0.2.7:4711", "192.0.2.7"],
    ['for="[2001:db8::7]"', "2001:db8::7"],
    ['for="[2001:db8::7]:4711"', "2001:db8::7"],
    ["for=[2001:db8::7]", "2001:db8::7"],
    ['for="2001:db8::7"', "2001:db8::7"],
    ['for="\\1\\9\\2.0.2.7"', "192.0.2.7"],
    ["for=192.0.2.7;proto=https;by=10.0.0.1", "192.0.2.7"],
    ["proto=https;by=10.0.0.1;for=192.0.2.7", "192.0.2.7"],
    ["for=192.0.2.7; proto=https", "192.0.2.7"],
    [";for=192.0.2.7;;", "192.0.2.7"],
    ['for=192.0.2.7;host="a,b"', "192.0.2.7"],
    ['for=192.0.2.7;host="a, for=192.0.2.66"', "192.0.2.7"],
    ['for=192.0.2.7;host="a, for=\\"192.0.2.66"', "192.0.2.7"],
    ['for=192.0.2.7;ext="\\\\"', "192.0.2.7"],
    // What a stranger wrote before our proxy did.
    ["for=192.0.2.66, for=192.0.2.7", "192.0.2.7"],
    ['for="192.0.2.66, for=192.0.2.7', "192.0.2.7"],
    ['for="192.0.2.66, for="[2001:db8::7]"', "2001:db8::7"],
    ['for=192.0.2.66;a=", for="[2001:db8::7]";proto=https', "2001:db8::7"],
    ['for=192.0.2.66;a=", for=192.0.2.7;by="[2001:db8:a::1]"', "192.0.2.7"],
    ['for=192.0.2.66;a="\\, for="192.0.2.7"', "192.0.2.7"],
    ["garbage, for=192.0.2.7", "192.0.2.7"],
    ["=;=,, for=192.0.2.7", "192.0.2.7"],
    [`${"for=192.0.2.66,".repeat(10_000)}for=192.0.2.7`, "192.0.2.7"],
    // Through several of ours.
    ["for=192.0.2.7, for=10.0.0.2", "192.0.2.7"],
    ['for=192.0.2.66, for=192.0.2.7, for=10.0.0.3,for="[2001:db8:a::1]"', "192.0.2.7"],
    ["for=192.0.2.7, , for=10.0.0.2,", "192.0.2.7"],
    // Nothing that one can use: whoever says it is who there is.
    ["for=unknown", proxy],
    ["for=_hidden", proxy],
    ["for=_SEVKISEK", proxy],
    ["proto=https", proxy],
    ["for=", proxy],
    ["for", proxy],
    ["192.0.2.7", proxy],
    ["for = 192.0.2.7", proxy],
    ["for=192.0.2.7 proto=https", proxy],
    ["for=192.0.2.7;for=192.0.2.8", proxy],
    ["for=192.0.2.7;FOR=192.0.2.8", proxy],
    ['for="192.0.2.7', proxy],
    ['for=192.0.2.7"', proxy],
    ['for=""', proxy],
    ["for='192.0.2.7'", proxy],
    ["for=127.0.0.1", proxy],
    [",", proxy],
    ["x".repeat(100_000), proxy],
    ['"'.repeat(100_000), proxy],
    [',"'.repeat(50_000), proxy],
    ['for="'.repeat(20_000), proxy],
    ["a=b;".repeat(30_000), proxy],
    ["for=192.0.2.7, garbage", proxy],
    ["for=192.0.2.7, for=unknown, for=10.0.0.2", "10.0.0.2"],
    ['for=192.0.2.7, for="_a:_b", for=10.0.0.2', "10.0.0.2"],
    ["for=192.0.2.7, proto=http, for=10.0.0.2", "10.0.0.2"],
    ["for=192.0.2.7, garbage, for=10.0.0.2", "10.0.0.2"],
    ['for=192.0.2.7, "garbage, for=10.0.0.2', "10.0.0.2"],
  ])("%j", (value, expected) => assert.strictEqual(fwd(value), expected))

  it("counts over all of its lines", () => {
    assert.strictEqual(fwd(["for=192.0.2.66", "for=192.0.2.7;proto=https", "for=10.0.0.2"]), "192.0.2.7")
  })
})

describe("who is not trusted", () => {
  const headers = {
    forwarded: "for=192.0.2.66",
    "x-forwarded-for": "192.0.2.67",
    "x-real-ip": "192.0.2.68",
  }

  it.each(["192.0.2.7", "2001:db8::7", "11.0.0.1", "unknown", "memory", ""])("%j says nothing", (peer) =>
    assert.strictEqual(from(headers, peer), peer),
  )

  it("counts as it is, also where nobody is trusted", () => {
    const nobody = { trusted: TrustedNetworks.none, header: "any" } as const
    assert.deepStrictEqual(realAddress({ peer: "127.0.0.1", headers }, nobody), Result.succeed("127.0.0.1"))
  })
})

describe("several headers", () => {
  const forwarded = "for=192.0.2.7"
  it.each<readonly [Headers, string]>([
    [{ "x-real-ip": "192.0.2.7" }, "192.0.2.7"],
    [{ "x-real-ip": "[2001:db8::7]:1" }, "2001:db8::7"],
    [{ "x-real-ip": "192.0.2.7, 192.0.2.8" }, proxy],
    [{ "x-real-ip": "" }, proxy],
    [{ forwarded, "x-forwarded-for": "192.0.2.7" }, "192.0.2.7"],
    [{ forwarded: 'for="[::ffff:192.0.2.7]:80"', "x-forwarded-for": "192.0.2.66, 192.0.2.7" }, "192.0.2.7"],
    [{ forwarded: "for=192.0.2.7, for=10.0.0.2", "x-forwarded-for": "192.0.2.7" }, "192.0.2.7"],
    [{ forwarded: "proto=https", "x-forwarded-for": "192.0.2.7" }, "192.0.2.7"],
    [{ forwarded: " ", "x-forwarded-for": "192.0.2.7" }, "192.0.2.7"],
    [{ forwarded: ",", "x-forwarded-for": "192.0.2.7" }, "192.0.2.7"],
    [{ "x-forwarded-for": "192.0.2.7", "x-real-ip": "192.0.2.7" }, "192.0.2.7"],
    [{ "x-forwarded-for": "192.0.2.7, 10.0.0.2", "x-real-ip": "10.0.0.2" }, "192.0.2.7"],
    // One that our proxy writes, and one that a stranger has sent along.
    [{ forwarded: "for=192.0.2.66", "x-forwarded-for": "192.0.2.7" }, "Forwarded against X-Forwarded-For"],
    [{ forwarded: "for=10.0.0.2", "x-forwarded-for": "192.0.2.7" }, "Forwarded against X-Forwarded-For"],
    [{ forwarded: "garbage", "x-forwarded-for": "192.0.2.7" }, "Forwarded against X-Forwarded-For"],
    [{ forwarded, "x-forwarded-for": "unknown" }, "Forwarded against X-Forwarded-For"],
    [{ "x-forwarded-for": "192.0.2.66", "x-real-ip": "192.0.2.7" }, "X-Forwarded-For against X-Real-IP"],
    [{ "x-forwarded-for": "192.0.2.7", "x-real-ip": "192.0.2.66" }, "X-Forwarded-For against X-Real-IP"],
    [{ "x-forwarded-for": "192.0.2.7", "x-real-ip": "garbage" }, "X-Forwarded-For against X-Real-IP"],
    [{ forwarded, "x-real-ip": "192.0.2.66" }, "Forwarded against X-Real-IP"],
  ])("%j", (headers, expected) => assert.strictEqual(from(headers), expected))

  it("do not matter where one of them is chosen", () => {
    const headers = { forwarded: "for=192.0.2.1", "x-forwarded-for": "192.0.2.2", "x-real-ip": "192.0.2.3" }
    assert.strictEqual(from(headers, proxy, "forwarded"), "192.0.2.1")
    assert.strictEqual(from(headers, proxy, "x-forwarded-for"), "192.0.2.2")
    assert.strictEqual(from(headers, proxy, "x-real-ip"), "192.0.2.3")
    assert.strictEqual(from(headers, proxy, "off"), proxy)
    assert.strictEqual(from({ forwarded: "for=192.0.2.1" }, proxy, "x-forwarded-for"), proxy)
  })

  it("say in words what is to be done about them", () => {
    const conflict = realAddress(
      { peer: proxy, headers: { forwarded, "x-forwarded-for": "1.2.3.4" } },
      { trusted, header: "any" },
    )
    assert.match(
      Result.isFailure(conflict) ? conflict.failure.message : "",
      /^Forwarded and X-Forwarded-For name .*proxies\.header/,
    )
  })
})

describe("the origins that are our own", () => {
  const of = (
    headers: Headers,
    { encrypted = false, header = "any" as ProxySettings["header"], peer = "192.0.2.7" } = {},
  ) => [...ownOrigins({ peer, headers, encrypted }, { trusted, header })].join(" ")
  const behind = (headers: Headers, header?: ProxySettings["header"]) =>
    of({ host: "inner:8080", ...headers }, { peer: proxy, ...(header === undefined ? {} : { header }) })

  it("are those of the Host, without a proxy", () => {
    assert.strictEqual(of({ host: "chat.example.org" }), "http://chat.example.org")
    assert.strictEqual(of({ host: "chat.example.org" }, { encrypted: true }), "https://chat.example.org")
    assert.strictEqual(of({ host: "Chat.Example.ORG:443" }, { encrypted: true }), "https://chat.example.org")
    assert.strictEqual(of({ host: "127.0.0.1:8080" }), "http://127.0.0.1:8080")
    assert.strictEqual(of({ host: "[::1]:8080" }), "http://[::1]:8080")
    assert.strictEqual(of({}), "")
  })

  it.each(["", " ", "a b", "user@host", "host/path", "host#", "host?", "a\\b", "%61", "[", ":80", "x".repeat(1000)])(
    "are none of a Host like %j",
    (host) => assert.strictEqual(of({ host }), ""),
  )

  it("are not what a stranger writes", () => {
    const written = { host: "a", forwarded: "host=evil", "x-forwarded-host": "evil", "x-forwarded-proto": "https" }
    assert.strictEqual(of(written), "http://a")
    assert.strictEqual(of(written, { peer: proxy, header: "off" }), "http://a")
  })

  it("are with TLS and without, where a proxy does not say", () => {
    assert.strictEqual(behind({}), "http://inner:8080 https://inner:8080")
    assert.strictEqual(behind({ "x-forwarded-proto": "gopher" }), "http://inner:8080 https://inner:8080")
  })

  it("are what a proxy says", () => {
    const both = "https://inner:8080 https://chat.example.org"
    assert.strictEqual(behind({ "x-forwarded-proto": "https", "x-forwarded-host": "chat.example.org" }), both)
    assert.strictEqual(behind({ "x-forwarded-proto": "wss", "x-forwarded-host": "chat.example.org:443" }), both)
    assert.strictEqual(behind({ forwarded: 'for=_x;proto=HTTPS;host="chat.example.org:443"' }), both)
    assert.strictEqual(behind({ "x-forwarded-proto": "http" }), "http://inner:8080")
    assert.strictEqual(
      behind({ forwarded: "proto=https;host=a", "x-forwarded-host": "b" }, "forwarded"),
      "https://inner:8080 https://a",
    )
    assert.strictEqual(
      behind(
        { forwarded: "proto=https;host=a", "x-forwarded-host": "b", "x-forwarded-proto": "http" },
        "x-forwarded-for",
      ),
      "http://inner:8080 http://b",
    )
  })
})

it("whatever stands before what our proxy has added, the address is the same", () => {
  const dice = new Dice(7239)
  const bits = [
    "for=",
    "192.0.2.66",
    ",",
    ";",
    '"',
    "\\",
    " ",
    "=",
    "[2001:db8::66]",
    "proto=https",
    ":80",
    "_x",
    "\t",
    "é",
    "10.0.0.9",
  ]
  for (let round = 0; round < 6000; round++) {
    const front = Array.from({ length: dice.below(12) }, () => dice.pick(bits)).join("")
    const added = dice.pick([
      "for=192.0.2.7",
      'for="192.0.2.7:80";proto=http',
      'proto=http;for=192.0.2.7;by="[2001:db8:a::1]"',
    ])
    assert.strictEqual(fwd(`${front}, ${added}`), "192.0.2.7", front)
    assert.strictEqual(xff(`${front}, 192.0.2.7`), "192.0.2.7", front)
  }
})

it("whatever stands in the headers, an address comes of it", () => {
  const dice = new Dice(1)
  const names = ["forwarded", "x-forwarded-for", "x-real-ip", "host", "x-forwarded-host", "x-forwarded-proto"]
  for (let round = 0; round < 5000; round++) {
    const headers = Object.fromEntries(
      names.map((name) => [name, Buffer.from(dice.bytes(dice.below(dice.once(50) ? 5000 : 30))).toString("latin1")]),
    )
    for (const header of ["forwarded", "x-forwarded-for", "x-real-ip"] as const) {
      assert.notStrictEqual(Net.isIP(from(headers, proxy, header)), 0)
    }
    from(headers)
    ownOrigins({ peer: proxy, headers, encrypted: false }, { trusted, header: "any" })
  }
})

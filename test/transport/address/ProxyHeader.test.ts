import { assert, describe, it } from "@effect/vitest"
import { Dice } from "../../../src/testing/Dice.ts"
import { type Found, ProxyHeader } from "../../../src/transport/address/ProxyHeader.ts"
import { crc32c } from "../../../src/transport/address/internal/crc32c.ts"

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"))
const whole = (bytes: Uint8Array): Found => new ProxyHeader().push(bytes)

/** What it comes to, in one line; the same however the bytes are cut. */
const outcome = (bytes: Uint8Array): string => {
  const found = whole(bytes)
  const shown = show(found)
  const cuts = bytes.length < 300 ? bytes.length : 3
  for (let cut = 0; cut <= cuts; cut++) {
    const header = new ProxyHeader()
    const first = header.push(bytes.slice(0, cut))
    // It may be known what it is before all of it is there.
    const last = first._tag === "More" ? header.push(bytes.slice(cut)) : whole(bytes)
    assert.strictEqual(show(last), shown, `cut at ${cut}`)
  }
  const header = new ProxyHeader()
  let at = 0
  let found1: Found = { _tag: "More" }
  while (at < bytes.length && found1._tag === "More") found1 = header.push(bytes.subarray(at, ++at))
  assert.strictEqual(found1._tag, found._tag)
  if (found._tag === "Header" && found1._tag === "Header") {
    assert.deepStrictEqual(found1.source, found.source)
    assert.strictEqual(at, bytes.length - found.rest.length)
  }
  return shown
}

const show = (found: Found): string => {
  switch (found._tag) {
    case "More":
      return "more"
    case "None":
      return `none, ${Buffer.from(found.rest).toString("latin1")}`
    case "Header":
      return `${found.source === undefined ? "the peer" : `${found.source.host} ${found.source.port}`}, ${Buffer.from(found.rest).toString("latin1")}`
    case "ProxyHeaderError":
      return found.problem
  }
}

describe("a PROXY header, version 1", () => {
  it.each([
    ["PROXY TCP4 192.0.2.7 203.0.113.1 50000 443\r\nGET /", "192.0.2.7 50000, GET /"],
    ["PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255 65535, "],
    ["PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", "0.0.0.0 0, "],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1 2\r\n\0\0\0\x02{}", "192.0.2.7 1, \0\0\0\x02{}"],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1 2\r\n\r\n", "192.0.2.7 1, \r\n"],
    ["PROXY TCP6 2001:DB8::7 2001:db8::1 50000 443\r\n", "2001:db8::7 50000, "],
    [
      `PROXY TCP6 ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`,
      `${"ffff:".repeat(7)}ffff 65535, `,
    ],
    ["PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n", "192.0.2.7 1, "],
    ["PROXY UNKNOWN\r\nx", "the peer, x"],
    ["PROXY UNKNOWN 192.0.2.7 nonsense \xff\0 99999\r\nx", "the peer, x"],
    [`PROXY UNKNOWN ${"x".repeat(107 - 16)}\r\nx`, "the peer, x"],
  ])("%j is one", (text, expected) => assert.strictEqual(outcome(latin1(text)), expected))

  const took = "TCP4 takes two addresses and two ports, with one space before each"
  const long = "the line does not end within 107 bytes"
  const source = "the source is no address of TCP4"
  const port = "the source port is no number from 0 to 65535"
  it.each([
    ["PROXY \r\n", "it is neither TCP4, TCP6 nor UNKNOWN"],
    ["PROXY tcp4 192.0.2.7 203.0.113.1 1 2\r\n", "it is neither TCP4, TCP6 nor UNKNOWN"],
    ["PROXY UDP4 192.0.2.7 203.0.113.1 1 2\r\n", "it is neither TCP4, TCP6 nor UNKNOWN"],
    ["PROXY  TCP4 192.0.2.7 203.0.113.1 1 2\r\n", "it is neither TCP4, TCP6 nor UNKNOWN"],
    ["PROXY UNKNOWNS\r\n", "it is neither TCP4, TCP6 nor UNKNOWN"],
    ["PROXY / HTTP/1.1\r\n", "it is neither TCP4, TCP6 nor UNKNOWN"],
    ["PROXY TCP4\r\n", took],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1\r\n", took],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1 2 3\r\n", took],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1 2 \r\n", took],
    ["PROXY TCP4  192.0.2.7 203.0.113.1 1 2\r\n", took],
    ["PROXY TCP4\t192.0.2.7 203.0.113.1 1 2\r\n", "it is neither TCP4, TCP6 nor UNKNOWN"],
    ["PROXY TCP4 192.0.2.07 203.0.113.1 1 2\r\n", source],
    ["PROXY TCP4 192.0.2 203.0.113.1 1 2\r\n", source],
    ["PROXY TCP4 192.0.2.256 203.0.113.1 1 2\r\n", source],
    ["PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n", source],
    ["PROXY TCP4 ::ffff:192.0.2.7 203.0.113.1 1 2\r\n", source],
    ["PROXY TCP4 localhost 203.0.113.1 1 2\r\n", source],
    ["PROXY TCP4 192.0.2.7 203.0.113 1 2\r\n", "the destination is no address of TCP4"],
    ["PROXY TCP6 192.0.2.7 2001:db8::1 1 2\r\n", "the source is no address of TCP6"],
    ["PROXY TCP6 fe80::1%eth0 2001:db8::1 1 2\r\n", "the source is no address of TCP6"],
    ["PROXY TCP6 2001:db8::7 1::2::3 1 2\r\n", "the destination is no address of TCP6"],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 01 2\r\n", port],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 65536 2\r\n", port],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 -1 2\r\n", port],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 +1 2\r\n", port],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1e3 2\r\n", port],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 0x1 2\r\n", port],
    ["PROXY TCP4 192.0.2.7 203.0.113.1  2\r\n", port],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1 65536\r\n", "the destination port is no number from 0 to 65535"],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1 2\n", "the line ends in LF alone"],
    ["PROXY TCP4 192.0.2.7 203.0.113.1 1 2\rGET", "there is a CR within the line"],
    ["PROXY TCP4 192.0.2.7\r 203.0.113.1 1 2\r\n", "there is a CR within the line"],
    ["PROXY UNKNOWN\n", "the line ends in LF alone"],
    [`PROXY UNKNOWN ${"x".repeat(107 - 15)}\r\n`, long],
    [`PROXY ${"x".repeat(101)}`, long],
    [`PROXY TCP4 ${" ".repeat(1000)}`, long],
  ])("%j is none, and it says why", (text, expected) => assert.strictEqual(outcome(latin1(text)), expected))

  it.each([
    "",
    "P",
    "PROXY",
    "PROXY ",
    "PROXY TCP4 192.0.2.7",
    "PROXY TCP4 192.0.2.7 203.0.113.1 1 2\r",
    `PROXY ${"x".repeat(100)}`,
  ])("%j may still become one", (text) => assert.strictEqual(outcome(latin1(text)), "more"))
})

interface Parts {
  readonly command?: number
  readonly family?: number
  readonly addresses?: ReadonlyArray<number>
  readonly additions?: ReadonlyArray<number>
  readonly length?: number
}

const mark = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
const ipv4 = [192, 0, 2, 7, 203, 0, 113, 1, 0xc3, 0x50, 0x01, 0xbb]
const ipv6 = [
  0x20,
  1,
  0x0d,
  0xb8,
  ...Array<number>(11).fill(0),
  7,
  ...Array<number>(15).fill(0),
  1,
  0xc3,
  0x50,
  0x01,
  0xbb,
]
const mapped = [...Array<number>(10).fill(0), 255, 255, 192, 0, 2, 7, ...Array<number>(16).fill(0), 0, 1, 0, 2]

const v2 = ({ additions = [], addresses = ipv4, command = 0x21, family = 0x11, length }: Parts): Uint8Array => {
  const size = length ?? addresses.length + additions.length
  return Uint8Array.from([...mark, command, family, size >> 8, size & 255, ...addresses, ...additions])
}

const behind = (bytes: Uint8Array, text = "x"): Uint8Array => Uint8Array.from([...bytes, ...latin1(text)])

/** With a checksum as its last addition. */
const summed = (parts: Parts): Uint8Array => {
  const bytes = v2({ ...parts, additions: [...(parts.additions ?? []), 3, 0, 4, 0, 0, 0, 0] })
  new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32c(bytes))
  return bytes
}

const changed = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.with(at < 0 ? bytes.length + at : at, bytes.at(at)! ^ 1)

describe("a PROXY header, version 2", () => {
  const unix = Array<number>(216).fill(0x2f)
  it.each<readonly [string, Uint8Array, string]>([
    ["of IPv4", v2({}), "192.0.2.7 50000, x"],
    ["of IPv6", v2({ family: 0x21, addresses: ipv6 }), "2001:db8::7 50000, x"],
    ["of IPv4 in IPv6", v2({ family: 0x21, addresses: mapped }), "192.0.2.7 1, x"],
    ["of a UNIX socket", v2({ family: 0x31, addresses: unix }), "the peer, x"],
    ["of datagrams", v2({ family: 0x12 }), "the peer, x"],
    ["of datagrams over a UNIX socket", v2({ family: 0x32, addresses: unix }), "the peer, x"],
    ["of an unknown transport", v2({ family: 0x10 }), "the peer, x"],
    ["of nothing known", v2({ family: 0, addresses: [] }), "the peer, x"],
    ["of nothing known, with something", v2({ family: 0, addresses: [1, 2, 3] }), "the peer, x"],
    ["of the proxy itself", v2({ command: 0x20, family: 0, addresses: [] }), "the peer, x"],
    ["of the proxy itself, with addresses", v2({ command: 0x20 }), "the peer, x"],
    ["of the proxy itself, in whatever family", v2({ command: 0x20, family: 0xff, addresses: [1] }), "the peer, x"],
    ["with an addition", v2({ additions: [0x02, 0, 3, 97, 98, 99] }), "192.0.2.7 50000, x"],
    ["with several additions", v2({ additions: [4, 0, 0, 0xea, 0, 2, 1, 2, 4, 0, 1, 0] }), "192.0.2.7 50000, x"],
    [
      "with as much as it may have",
      v2({ additions: [4, 0x0f, 0xf1, ...Array<number>(4081).fill(0)] }),
      "192.0.2.7 50000, x",
    ],
    ["with a checksum", summed({}), "192.0.2.7 50000, x"],
    [
      "of IPv6 with a checksum",
      summed({ family: 0x21, addresses: ipv6, additions: [4, 0, 1, 9] }),
      "2001:db8::7 50000, x",
    ],
  ])("%s is one", (_, bytes, expected) => assert.strictEqual(outcome(behind(bytes)), expected))

  it.each<readonly [string, Uint8Array, string]>([
    ["of version 1", v2({ command: 0x11 }), "version 1 is not known"],
    ["of version 3", v2({ command: 0x31 }), "version 3 is not known"],
    ["of version 0", v2({ command: 0x01 }), "version 0 is not known"],
    ["with command 2", v2({ command: 0x22 }), "command 2 is not known"],
    ["with command 15", v2({ command: 0x2f }), "command 15 is not known"],
    ["of family 4", v2({ family: 0x41 }), "address family 4 is not known"],
    ["of family 15", v2({ family: 0xf1 }), "address family 15 is not known"],
    ["of transport 3", v2({ family: 0x13 }), "transport 3 is not known"],
    ["too short for IPv4", v2({ addresses: ipv4.slice(1) }), "11 bytes are too few for its addresses"],
    ["empty", v2({ addresses: [] }), "0 bytes are too few for its addresses"],
    ["too short for IPv6", v2({ family: 0x21 }), "12 bytes are too few for its addresses"],
    ["too short for UNIX", v2({ family: 0x31, addresses: unix.slice(1) }), "215 bytes are too few for its addresses"],
    ["longer than it may be", v2({ length: 4097 }), "4097 bytes are more than the 4096 that it may have"],
    ["as long as it can say", v2({ length: 65_535 }), "65535 bytes are more than the 4096 that it may have"],
    ["with half an addition", v2({ additions: [4] }), "an addition is cut off"],
    ["with an addition without all of its length", v2({ additions: [4, 0] }), "an addition is cut off"],
    ["with an addition beyond its end", v2({ additions: [4, 0, 2, 0] }), "an addition is longer than the header"],
    ["with an endless addition", v2({ additions: [4, 255, 255] }), "an addition is longer than the header"],
    ["with a short checksum", v2({ additions: [3, 0, 2, 0, 0] }), "a checksum of 2 bytes, not 4"],
    ["with a false checksum", v2({ additions: [3, 0, 4, 0, 0, 0, 0] }), "the checksum is another"],
    ["with two checksums", v2({ additions: [3, 0, 4, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0] }), "it has two checksums"],
    ["with an address changed behind the checksum", changed(summed({}), 17), "the checksum is another"],
    ["with a checksum changed", changed(summed({}), -1), "the checksum is another"],
  ])("%s is none, and it says why", (_, bytes, expected) => assert.strictEqual(outcome(behind(bytes)), expected))

  it("may still become one wherever it is cut", () => {
    const bytes = summed({ additions: [4, 0, 1, 9] })
    for (let length = 0; length < bytes.length; length++) {
      assert.strictEqual(whole(bytes.slice(0, length))._tag, "More", `${length} bytes`)
    }
  })

  it("has the checksum of RFC 3720", () => {
    assert.strictEqual(crc32c(new Uint8Array(32)), 0x8a9136aa)
    assert.strictEqual(crc32c(latin1("123456789")), 0xe3069283)
  })
})

describe("what does not begin with a PROXY header", () => {
  it.each([
    "\0\0\0\x02{}",
    "GET / HTTP/1.1\r\n",
    "POST /sse HTTP/1.1\r\n",
    "PRI * HTTP/2.0\r\n",
    "PROX",
    "PROXYTCP4",
    "proxy TCP4",
    " PROXY TCP4",
    "\r",
    "\r\n\r\n",
    "\r\nGET",
    "\x16\x03\x01",
    "\r\n\r\n\0\r\nQUIT\r",
  ])("%j is passed on whole", (text) => {
    const may = ["PROX", "\r", "\r\n\r\n"].includes(text)
    assert.strictEqual(outcome(latin1(text)), may ? "more" : `none, ${text}`)
  })

  it("is what comes behind one, whatever it looks like", () => {
    const inner = "PROXY TCP4 198.51.100.1 203.0.113.1 1 2\r\n"
    assert.strictEqual(outcome(latin1(`PROXY TCP4 192.0.2.7 203.0.113.1 1 2\r\n${inner}`)), `192.0.2.7 1, ${inner}`)
  })
})

it("whatever bytes come, and however they are cut, the reader says what they are and holds little", () => {
  const dice = new Dice(14)
  const starts = [
    latin1("PROXY TCP4 192.0.2.7 203.0.113.1 1 2\r\n"),
    v2({}),
    summed({ additions: [4, 0, 1, 9] }),
    latin1(""),
  ]
  const tags = new Set<string>()
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from([...dice.pick(starts), ...dice.bytes(dice.below(40))])
    for (let change = dice.below(3); change > 0 && bytes.length > 0; change--)
      bytes[dice.below(bytes.length)] = dice.bits()
    const found = whole(bytes)
    tags.add(found._tag)
    if (found._tag === "Header") assert.isAtMost(found.rest.length, bytes.length - 15)
    const header = new ProxyHeader()
    let pieces: Found = { _tag: "More" }
    for (let at = 0; at < bytes.length && pieces._tag === "More";) {
      const piece = bytes.subarray(at, (at += 1 + dice.below(20)))
      pieces = header.push(piece)
      if (pieces._tag === "Header" || pieces._tag === "None") {
        pieces = { ...pieces, rest: Uint8Array.from([...pieces.rest, ...bytes.subarray(at)]) }
      }
    }
    assert.strictEqual(show(pieces), show(found))
  }
  assert.deepStrictEqual([...tags].toSorted(), ["Header", "More", "None", "ProxyHeaderError"])
})

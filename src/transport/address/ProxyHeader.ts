/**
 * The PROXY protocol, versions 1 and 2: before anything else a proxy says for whom it has opened the connection.
 * https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt
 */
import * as Data from "effect/Data"
import type { Address } from "../../domain/Address.ts"
import { format, fromIpv6, type IpAddress, parse } from "../../domain/IpAddress.ts"
import { crc32c } from "./internal/crc32c.ts"

/** It began as a header, and is none; whoever sent it is to be cut off. */
class ProxyHeaderError extends Data.TaggedError("ProxyHeaderError")<{ readonly problem: string }> {
  override get message(): string {
    return `not a PROXY header: ${this.problem}`
  }
}

export type Found =
  /** Too little to tell. */
  | { readonly _tag: "More" }
  /** The connection does not begin with a header: `rest` is all that came. */
  | { readonly _tag: "None"; readonly rest: Uint8Array }
  | {
      readonly _tag: "Header"
      /** Who is behind the proxy; undefined where the proxy speaks for itself, or does not say. */
      readonly source: Address | undefined
      /** What came behind the header. */
      readonly rest: Uint8Array
    }
  | ProxyHeaderError

/** What `PROXY UNKNOWN` with two of the longest addresses takes. */
const maxLine = 107
/** Of version 2: the addresses, and what a proxy adds to them, such as a client's certificate. */
const maxBlock = 4096

const encoder = new TextEncoder()
const decoder = new TextDecoder("latin1")
const word = encoder.encode("PROXY ")
const signature = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a)
/** Of version 2: the signature, version and command, family and transport, and the length of the rest. */
const fixed = 16
const cr = 0x0d
const lf = 0x0a

const more: Found = { _tag: "More" }
const wrong = (problem: string): Found => new ProxyHeaderError({ problem })

/** Reads a header as it arrives, in whatever pieces. Holds no more than the longest header and the piece that ends it. */
export class ProxyHeader {
  private held: Uint8Array = new Uint8Array(0)

  /** What is to be made of it, with the next piece; after anything but `More` the work is done. */
  push(piece: Uint8Array): Found {
    this.held = joined(this.held, piece)
    const { held } = this
    if (held.length === 0) return more
    if (begins(held, word)) return held.length < word.length ? more : line(held)
    if (begins(held, signature)) return held.length < signature.length ? more : block(held)
    return { _tag: "None", rest: held }
  }
}

const joined = (front: Uint8Array, back: Uint8Array): Uint8Array => {
  if (front.length === 0) return back
  const both = new Uint8Array(front.length + back.length)
  both.set(front)
  both.set(back, front.length)
  return both
}

/** As far as there is something. */
const begins = (bytes: Uint8Array, mark: Uint8Array): boolean => {
  const length = Math.min(bytes.length, mark.length)
  for (let at = 0; at < length; at++) if (bytes[at] !== mark[at]) return false
  return true
}

/** Version 1: `PROXY TCP4 192.0.2.7 203.0.113.1 50000 443`, and the end of the line. */
const line = (bytes: Uint8Array): Found => {
  const end = bytes.subarray(0, maxLine).findIndex((byte) => byte === cr || byte === lf)
  if (end === -1) {
    return bytes.length < maxLine ? more : wrong(`the line does not end within ${maxLine} bytes`)
  }
  if (bytes[end] === lf) return wrong("the line ends in LF alone")
  if (end + 1 === maxLine) return wrong(`the line does not end within ${maxLine} bytes`)
  if (end + 1 === bytes.length) return more
  if (bytes[end + 1] !== lf) return wrong("there is a CR within the line")
  const rest = bytes.subarray(end + 2)
  const text = decoder.decode(bytes.subarray(word.length, end))
  // The rest of such a line means nothing.
  if (/^UNKNOWN(?: |$)/.test(text)) return { _tag: "Header", source: undefined, rest }
  const [family = "", ...parts] = text.split(" ")
  const width = family === "TCP4" ? 32 : family === "TCP6" ? 128 : undefined
  if (width === undefined) return wrong("it is neither TCP4, TCP6 nor UNKNOWN")
  if (parts.length !== 4) return wrong(`${family} takes two addresses and two ports, with one space before each`)
  const [source, destination] = [parts[0]!, parts[1]!].map((text) => addressOf(text, width))
  if (source === undefined) return wrong(`the source is no address of ${family}`)
  if (destination === undefined) return wrong(`the destination is no address of ${family}`)
  const [port, destinationPort] = [parts[2]!, parts[3]!].map(portOf)
  if (port === undefined) return wrong("the source port is no number from 0 to 65535")
  if (destinationPort === undefined) return wrong("the destination port is no number from 0 to 65535")
  return { _tag: "Header", source: { host: format(source), port }, rest }
}

/** Of a family: the IPv4 addresses among those of IPv6 have colons, too. */
const addressOf = (text: string, width: 32 | 128): IpAddress | undefined =>
  text.includes("%") || text.includes(":") !== (width === 128) ? undefined : parse(text)

const portOf = (text: string): number | undefined =>
  /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined

/** The bytes that the two addresses and ports of a family take. */
const addressBytes = [0, 12, 36, 216]

/** Version 2, which is binary. */
const block = (bytes: Uint8Array): Found => {
  if (bytes.length > 12 && bytes[12]! >> 4 !== 2) return wrong(`version ${bytes[12]! >> 4} is not known`)
  if (bytes.length < fixed) return more
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const command = view.getUint8(12) & 15
  const family = view.getUint8(13) >> 4
  const transport = view.getUint8(13) & 15
  const length = view.getUint16(14)
  if (command > 1) return wrong(`command ${command} is not known`)
  if (length > maxBlock) return wrong(`${length} bytes are more than the ${maxBlock} that it may have`)
  const local = command === 0
  const addresses = addressBytes[family]
  if (!local && addresses === undefined) return wrong(`address family ${family} is not known`)
  if (!local && transport > 2) return wrong(`transport ${transport} is not known`)
  if (!local && length < addresses!) return wrong(`${length} bytes are too few for its addresses`)
  if (bytes.length < fixed + length) return more
  const rest = bytes.subarray(fixed + length)
  // A proxy that speaks for itself, or does not say what it passes on, may put there whatever it likes.
  if (local || family === 0) return { _tag: "Header", source: undefined, rest }
  const problem = additions(bytes.subarray(0, fixed + length), fixed + addresses!)
  if (problem !== undefined) return wrong(problem)
  return { _tag: "Header", source: transport === 1 ? sourceIn(view, family) : undefined, rest }
}

/** A path on the proxy's machine is nobody's address. */
const sourceIn = (view: DataView, family: number): Address | undefined => {
  if (family === 1) {
    return { host: format({ width: 32, value: BigInt(view.getUint32(fixed)) }), port: view.getUint16(fixed + 8) }
  }
  if (family !== 2) return undefined
  const value = (view.getBigUint64(fixed) << 64n) | view.getBigUint64(fixed + 8)
  return { host: format(fromIpv6(value)), port: view.getUint16(fixed + 32) }
}

const checksum = 0x03

/** What is wrong with what a proxy has added to the addresses: type, length, value. Only a checksum matters. */
const additions = (header: Uint8Array, from: number): string | undefined => {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  let sum: number | undefined
  for (let at = from; at < header.length;) {
    if (at + 3 > header.length) return "an addition is cut off"
    const [type, length] = [view.getUint8(at), view.getUint16(at + 1)]
    const value = at + 3
    at = value + length
    if (at > header.length) return "an addition is longer than the header"
    if (type !== checksum) continue
    if (length !== 4) return `a checksum of ${length} bytes, not 4`
    if (sum !== undefined) return "it has two checksums"
    sum = value
  }
  if (sum === undefined) return undefined
  const blank = header.slice()
  blank.fill(0, sum, sum + 4)
  return crc32c(blank) === view.getUint32(sum) ? undefined : "the checksum is another"
}

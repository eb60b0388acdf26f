/** What proxies wrote into a header of HTTP, read from its right end: each adds to what came before it, whoever wrote that. */
import { format, parse } from "../../../domain/IpAddress.ts"

/** What a proxy says of who came to it. */
export interface Hop {
  /** Undefined where the proxy hides it, and where what stands there is no address. */
  readonly address: string | undefined
  /** Whether anything is said of an address. */
  readonly named: boolean
  readonly proto?: string | undefined
  readonly host?: string | undefined
}

/** Longer than any chain of proxies needs; what stands further to the left is left out. */
const maxLength = 2048
const maxHops = 32
/** Commas at which something is looked for. */
const maxPieces = 64

const unusable: Hop = { address: undefined, named: true }

/** `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:4711`. */
export const addressIn = (text: string): string | undefined => {
  const [, inBrackets, port] = /^\[([^\]]*:[^\]]*)\](?::(.*))?$/.exec(text) ?? []
  if (inBrackets !== undefined) return isPort(port) ? plain(inBrackets) : undefined
  const [host = "", behind, ...others] = text.split(":")
  return others.length > 0 ? plain(text) : isPort(behind) ? plain(host) : undefined
}

const isPort = (text: string | undefined): boolean =>
  text === undefined || (/^\d{1,5}$/.test(text) ? Number(text) <= 65_535 : /^_[\w.-]{1,64}$/.test(text))

const plain = (text: string): string | undefined => {
  const ip = parse(text)
  return ip === undefined ? undefined : format(ip)
}

/** Where the pieces between commas begin, from the right. */
function* startsIn(text: string): Generator<number, undefined> {
  for (let count = 0, start = text.length + 1; count < maxPieces && start > 0; count++) {
    // Looking before the beginning would find what is at the beginning.
    start = start === 1 ? 0 : text.lastIndexOf(",", start - 2) + 1
    yield start
  }
}

/** `X-Forwarded-For: client, proxy`. */
export function* listed(header: string): Generator<Hop, undefined> {
  const text = header.slice(-maxLength)
  let end = text.length
  let hops = 0
  for (const start of startsIn(text)) {
    const piece = text.slice(start, end).trim()
    end = start - 1
    if (piece === "") continue
    if (hops++ === maxHops) return
    yield { address: addressIn(/^"(.*)"$/.exec(piece)?.[1] ?? piece), named: true }
  }
}

const pair = /[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~:[\]-]+))[ \t]*(?:;|$)|[ \t]*;/y

/** What stands between two commas: `for=192.0.2.7;proto=https`. Undefined where it is none of that. */
const elementIn = (text: string): Hop | undefined => {
  const found = new Map<string, string>()
  pair.lastIndex = 0
  while (pair.lastIndex < text.length) {
    const [all, name, quoted, token] = pair.exec(text) ?? []
    if (all === undefined) return undefined
    if (name === undefined) continue
    if (found.has(name.toLowerCase())) return undefined
    found.set(name.toLowerCase(), token ?? quoted!.replace(/\\(.)/g, "$1"))
  }
  const node = found.get("for")
  return {
    address: node === undefined ? undefined : addressIn(node),
    named: node !== undefined,
    proto: found.get("proto"),
    host: found.get("host"),
  }
}

/**
 * `Forwarded: for=client, for=proxy;proto=https` (RFC 7239). An element is the shortest text behind a comma that can be one:
 * a stranger who opens a quote and leaves it open must not swallow what a proxy has added behind it.
 */
export function* forwarded(header: string): Generator<Hop, undefined> {
  const text = header.slice(-maxLength)
  let end = text.length
  let hops = 0
  for (const start of startsIn(text)) {
    const piece = text.slice(start, end).trim()
    const hop = piece === "" ? undefined : elementIn(piece)
    // The comma may be one in quotes.
    if (hop === undefined && piece.includes('"')) continue
    end = start - 1
    if (piece === "") continue
    if (hops++ === maxHops) return
    yield hop ?? unusable
    if (hop === undefined) return
  }
  if (end > 0) yield unusable
}

/**
 * Places to listen in, and what is spoken there. The setting `listen` holds some, beside the one of `host` and `port`;
 * systemd hands over others, which are open already.
 */
import * as Result from "effect/Result"
import * as Net from "node:net"
import * as path from "node:path"
import * as Address from "../domain/Address.ts"
import { pathBytes } from "./internal/socketPath.ts"

/** What is understood: the length prefix of Natter's own protocol, HTTP with everything over it, a protocol of others, or any. */
type Language = "any" | "natter" | "http" | "grpc" | "irc" | "mqtt"

export interface Speech {
  readonly language: Language
  /** Whether all that is said is in TLS, or may be, which its first byte tells. */
  readonly tls: "never" | "maybe" | "always"
}

export type Place = Speech &
  (
    | {
        readonly kind: "tcp"
        /** A name, an IPv4 address, or an IPv6 address without its brackets. */
        readonly host: string
        /** 0 takes a free one. */
        readonly port: number
      }
    | {
        readonly kind: "unix"
        /** Absolute. */
        readonly path: string
        /** Who may connect: the rights of the socket's file. */
        readonly mode: number
      }
    | {
        readonly kind: "fd"
        /** A socket that listens already. */
        readonly fd: number
        /** As whoever handed it over calls it. */
        readonly name: string
      }
  )

/** Everything that can be told from its first bytes. */
export const everything: Speech = { language: "any", tls: "maybe" }

/** What the schemes of addresses mean; the first that means the same is the one that is shown. */
const schemes: Readonly<Record<string, Speech>> = {
  any: everything,
  tcp: { language: "natter", tls: "never" },
  tls: { language: "natter", tls: "always" },
  http: { language: "http", tls: "never" },
  ws: { language: "http", tls: "never" },
  https: { language: "http", tls: "always" },
  wss: { language: "http", tls: "always" },
  grpc: { language: "grpc", tls: "never" },
  grpcs: { language: "grpc", tls: "always" },
  irc: { language: "irc", tls: "never" },
  ircs: { language: "irc", tls: "always" },
  mqtt: { language: "mqtt", tls: "never" },
  mqtts: { language: "mqtt", tls: "always" },
}

/** What a scheme means; undefined where it is none. */
export const speechOf = (scheme: string): Speech | undefined =>
  Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined

const schemeOf = ({ language, tls }: Speech): string =>
  Object.keys(schemes).find((scheme) => schemes[scheme]!.language === language && schemes[scheme]!.tls === tls) ?? "any"

/** As it is called in logs and errors. */
export const format = (place: Place): string => {
  if (place.kind === "tcp") return Address.format(place)
  return place.kind === "unix" ? place.path : `the socket ${place.name} (descriptor ${place.fd})`
}

/** Who may connect to a socket in the file system where nothing else is said: the user who runs the service. */
export const privateMode = 0o600

/** As it stands in the setting. */
const write = (place: Place): string => {
  if (place.kind === "tcp") return `${schemeOf(place)}://${Address.format(place)}`
  if (place.kind === "fd") return `fd:${place.fd}`
  return `unix:${place.path}${place.mode === privateMode ? "" : `?mode=0${place.mode.toString(8)}`}`
}

/** The word for no place at all: an empty text would be taken for a mistake. */
const none = "none"

/** As `parse` takes it. */
export const show = (places: ReadonlyArray<Place>): string =>
  places.length === 0 ? none : places.map(write).join(", ")

/** Characters of all places together. */
const maxLength = 4096

/** How the setting is written, for messages and help. */
export const forms = `none, or places between commas: ${Object.keys(schemes).join("://, ")}:// with host:port, unix:/path (?mode=0660)`

/** Fails with a line that says how to write it. */
export const parse = (text: string): Result.Result<ReadonlyArray<Place>, string> => {
  if (text.length > maxLength) return Result.fail(`at most ${maxLength} characters`)
  if (text.trim().toLowerCase() === none) return Result.succeed([])
  const places: Array<Place> = []
  for (const part of text.split(",")) {
    const place = one(part.trim())
    if (Result.isFailure(place)) return Result.fail(place.failure)
    const same = places.find((other) => overlap(other, place.success))
    if (same !== undefined) {
      return Result.fail(`${format(place.success)} and ${format(same)} cannot both be listened on: keep one`)
    }
    places.push(place.success)
  }
  return Result.succeed(places)
}

const one = (text: string): Result.Result<Place, string> => {
  if (text === "") return Result.fail(`there is a comma with nothing beside it: write ${forms}`)
  if (/\p{Cc}/u.test(text)) return Result.fail("control characters are not allowed")
  const [, scheme, rest] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/.exec(text) ?? []
  if (scheme?.toLowerCase() === "unix") return unix(rest!)
  const [, known, authority] = /^([^:/]*):\/\/(.*)$/.exec(text) ?? []
  if (known === undefined || authority === undefined) {
    if (/^(\/(?!\/)|[~.@])/.test(text)) return Result.fail(`write a socket in the file system as unix:${text}`)
    return Result.fail(`say what is spoken at ${text}: any://${text.replace(/^\/+/, "")} for everything, or ${listed}`)
  }
  const speech = speechOf(known.toLowerCase())
  if (speech === undefined) return Result.fail(`${known}:// is not known: it can be any://, ${listed} or unix:/path`)
  return tcp(known.toLowerCase(), speech, authority)
}

const listed = Object.keys(schemes)
  .filter((scheme) => scheme !== "any")
  .map((scheme) => `${scheme}://`)
  .join(", ")

const tcp = (scheme: string, speech: Speech, authority: string): Result.Result<Place, string> => {
  const wrong = (how: string) => Result.fail(`${scheme}://${authority}: ${how}`)
  const [, end, more] = /^([^/?#]*)([/?#].*)$/.exec(authority) ?? []
  if (more !== undefined) return wrong(`the place ends with its port: write ${scheme}://${end}`)
  if (authority.includes("@")) return wrong(`nobody signs in here: write ${scheme}://${authority.replace(/^.*@/, "")}`)
  // The last group of an address without brackets is taken for a port, where it can be one.
  const [, bare = authority, port = "8080"] = /^\[?(.*:.*):([1-9]\d{3,4})$/.exec(authority) ?? []
  if (Net.isIPv6(bare)) return wrong(`an IPv6 address is in brackets: write ${scheme}://[${bare}]:${port}`)
  const [, v6, name, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(authority) ?? []
  if (v6 === undefined && name === undefined) return wrong(`write ${scheme}://host:port`)
  const host = v6 ?? name!
  if (host === "" || host === "*") {
    return wrong(`say on which address: 127.0.0.1 for this machine alone, [::] for all, as in ${scheme}://[::]:8080`)
  }
  if (v6 !== undefined && !Net.isIPv6(v6)) return wrong(`[${v6}] is no IPv6 address, and brackets are only for those`)
  if (v6 === undefined && !/^[\p{L}\p{N}._-]{1,255}$/u.test(host)) {
    return wrong(`${host} is no IP address and no host name`)
  }
  if (digits === undefined || digits === "") return wrong(`say which port, as in ${scheme}://${bracketed(host)}:8080`)
  if (!/^\d{1,5}$/.test(digits) || Number(digits) > 65_535) {
    return wrong(`a port is a number from 0 to 65535, and 0 takes a free one`)
  }
  return Result.succeed({ ...speech, kind: "tcp", host, port: Number(digits) })
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host)

const unix = (rest: string): Result.Result<Place, string> => {
  const wrong = (how: string) => Result.fail(`unix:${rest}: ${how}`)
  const [, given = "", query] = /^([^?]*)(?:\?(.*))?$/.exec(rest) ?? []
  if (given.startsWith("~")) return wrong("~ is not known here: write the path out, as in unix:/run/natter/natter.sock")
  if (given.startsWith("//") && !given.startsWith("///")) return wrong(`write unix:/${given.replace(/^\/+/, "")}`)
  if (!given.startsWith("/")) return wrong("the path begins with /, as in unix:/run/natter/natter.sock")
  if (given.endsWith("/"))
    return wrong("that is a folder: add the name of the socket, as in unix:/run/natter/natter.sock")
  // Three slashes begin the path where this is taken for a URL.
  const file = path.posix.normalize(given.replace(/^\/+/, "/"))
  if (file === "/" || given.endsWith("/.") || given.endsWith("/..")) return wrong("that is a folder")
  const length = Buffer.byteLength(file)
  if (length >= pathBytes) {
    return wrong(`the path has ${length} bytes, and the operating system takes no more than ${pathBytes - 1}`)
  }
  const mode = query === undefined ? privateMode : modeOf(query)
  if (mode === undefined) {
    return wrong("behind ? stands only who may connect, as three digits: ?mode=0660 for the user and the group")
  }
  return Result.succeed({ ...everything, kind: "unix", path: file, mode })
}

/** The user who runs the service can always connect; whether a file is executed means nothing for a socket. */
const modeOf = (query: string): number | undefined => {
  const [, digits] = /^mode=0?([67][0-7][0-7])$/.exec(query) ?? []
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}

/** Whether only one of them can be opened. */
export const overlap = (a: Place, b: Place): boolean => {
  if (a.kind === "unix") return b.kind === "unix" && a.path === b.path
  if (a.kind === "fd") return b.kind === "fd" && a.fd === b.fd
  if (b.kind !== "tcp" || a.port !== b.port || a.port === 0) return false
  const [one, other] = [canonical(a.host), canonical(b.host)]
  return one === other || covers(one, other) || covers(other, one)
}

const canonical = (host: string): string => {
  const plain = host.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "")
  return Net.isIPv6(plain) && !plain.includes("%")
    ? new Net.SocketAddress({ address: plain, family: "ipv6" }).address
    : plain
}

const covers = (wide: string, host: string): boolean => {
  if (wide === "::") return true
  if (wide === "0.0.0.0") return Net.isIPv4(host) || host === "localhost"
  return wide === "localhost" && (host === "127.0.0.1" || host === "::1")
}

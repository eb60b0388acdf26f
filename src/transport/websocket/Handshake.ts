/** How a request of HTTP becomes a WebSocket, or why not (RFC 6455, 4.2): values in, values out. */
import * as crypto from "node:crypto"
import type * as Http from "node:http"
import { type Framing, messages } from "../../protocol/Framing.ts"
import { deflated, inflate } from "./Deflate.ts"
import { isWelcome, type Origins } from "../../domain/Origins.ts"
import { agree, isToken, parseOffers } from "./Extensions.ts"
import type { Inflater } from "./WebSocketReader.ts"

/** What the handshake looks at. */
export type HandshakeRequest = Pick<Http.IncomingMessage, "method" | "httpVersion" | "headers" | "rawHeaders">

export interface HandshakeOptions extends Origins {
  /** Whether messages are compressed for those who ask for it. */
  readonly compression: boolean
}

const subprotocols = ["natter.v2.json", "natter.v2.msgpack", "natter.v1"] as const

export type Subprotocol = (typeof subprotocols)[number]

export interface Accepted {
  readonly _tag: "Accepted"
  /** The first that is spoken here of those that the client has named, if it has named some. */
  readonly protocol: Subprotocol | undefined
  readonly framing: Framing
  /** Where messages may be compressed. */
  readonly inflater: Inflater | undefined
  /** All of the response; behind it there are frames. */
  readonly response: string
}

export interface Refused {
  readonly _tag: "Refused"
  readonly status: number
  readonly headers: Record<string, string>
  /** Says what was wrong. Safe to show to the client. */
  readonly message: string
}

const refuse = (status: number, message: string, headers: Record<string, string> = {}): Refused => ({
  _tag: "Refused",
  status,
  headers,
  message,
})

/** What to ask for, as a refusal for want of it has to say (RFC 9110, 7.8 and 15.5.22); the connection ends. */
const upgradeIs = { Upgrade: "websocket", Connection: "close, Upgrade" }

/** Everything that is appended to a key before it is hashed (RFC 6455, 1.3). */
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

const acceptKey = (key: string): string => crypto.createHash("sha1").update(key).update(magic).digest("base64")

/** 16 bytes in base64. */
const isKey = /^[+/0-9A-Za-z]{22}==$/

const version = "13"

export const handshake = (request: HandshakeRequest, options: HandshakeOptions): Accepted | Refused => {
  const header = (name: string): string | undefined => {
    const value = request.headers[name]
    return Array.isArray(value) ? value.join(", ") : value
  }
  const has = (name: string, word: string): boolean => listed(header(name)).some((item) => item.toLowerCase() === word)

  if (request.method !== "GET") return refuse(405, "A WebSocket is opened by GET", { Allow: "GET" })
  if (request.httpVersion !== "1.1") return refuse(400, "A WebSocket is opened by HTTP/1.1")
  const host = header("host")
  const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host")
  if (host === undefined || hosts.length > 1 || !isHost(host)) {
    return refuse(400, "The header Host has to be there once, and to name a host")
  }
  if (!has("upgrade", "websocket")) {
    return refuse(426, "Here is a WebSocket: the header Upgrade has to name websocket", upgradeIs)
  }
  if (!has("connection", "upgrade")) return refuse(400, "The header Connection has to name Upgrade")
  if (header("sec-websocket-version") !== version) {
    return refuse(426, `The header Sec-WebSocket-Version has to be ${version}`, {
      "Sec-WebSocket-Version": version,
      ...upgradeIs,
    })
  }
  const key = header("sec-websocket-key")
  if (key === undefined || !isKey.test(key)) {
    return refuse(400, "The header Sec-WebSocket-Key has to be there once: 16 bytes in base64")
  }
  // It would be read as frames.
  if ((header("content-length") ?? "0") !== "0" || header("transfer-encoding") !== undefined) {
    return refuse(400, "A request for a WebSocket has no body")
  }
  const origin = header("origin")
  if (origin !== undefined && !isWelcome(origin, options)) {
    return refuse(403, "Pages of this origin may not come in")
  }

  const offered = header("sec-websocket-protocol")
  const names = offered?.split(",").map((name) => name.trim())
  if (names !== undefined && (!names.every(isToken) || new Set(names).size < names.length)) {
    return refuse(400, "The header Sec-WebSocket-Protocol has to be a list of different names")
  }
  const protocol = names?.flatMap((name) => subprotocols.find((known) => known === name) ?? [])[0]
  if (names !== undefined && protocol === undefined) {
    return refuse(400, `None of the offered subprotocols is spoken here. These are: ${subprotocols.join(", ")}`)
  }
  const extensions = header("sec-websocket-extensions")
  const offers = extensions === undefined ? [] : parseOffers(extensions)
  if (offers === undefined) {
    return refuse(400, "The header Sec-WebSocket-Extensions is against its grammar (RFC 6455, 9.1)")
  }

  const agreed = options.compression ? agree(offers) : undefined
  const response = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ...(agreed === undefined ? [] : [`Sec-WebSocket-Extensions: ${agreed}`]),
    "\r\n",
  ].join("\r\n")
  const [framing, inflater] = agreed === undefined ? [messages, undefined] : [deflated, inflate]
  return { _tag: "Accepted", protocol, framing, inflater, response }
}

const listed = (value: string | undefined): ReadonlyArray<string> => (value ?? "").split(",").map((item) => item.trim())

/** Only a host and perhaps a port. */
const isHost = (host: string): boolean => /^[^/?#@\\\s]+$/.test(host) && URL.canParse(`http://${host}`)

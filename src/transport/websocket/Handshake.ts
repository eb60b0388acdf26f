/** How a request of HTTP becomes a WebSocket, or why not (RFC 6455, 4.2): values in, values out. */
import * as Result from "effect/Result"
import * as crypto from "node:crypto"
import { agree, isToken, parseOffers } from "./Extensions.ts"

/** Of a request, what the handshake looks at; an `IncomingMessage` is one. */
export interface HandshakeRequest {
  readonly method?: string | undefined
  readonly httpVersion: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** Names and values by turns: `headers` does not say of every header that it came twice. */
  readonly rawHeaders: ReadonlyArray<string>
}

export interface HandshakeOptions {
  /**
   * From which origins a browser's page may come in: as in `https://chat.example.org`, or `*` for all. Where there are none,
   * from the one that it asks for. What is no browser says no origin, and always may.
   */
  readonly origins: ReadonlyArray<string>
  /** The names of subprotocols that are spoken here. */
  readonly protocols: ReadonlyArray<string>
  /** Whether messages may be compressed. */
  readonly deflate: boolean
}

export interface Accepted {
  /** The subprotocol, where the client offered some. */
  readonly protocol: string | undefined
  /** Whether messages may be compressed from here on. */
  readonly deflate: boolean
  /** All of the response; behind it there are frames. */
  readonly response: string
}

export interface Refused {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Says what was wrong. Safe to show to the client. */
  readonly message: string
}

const refuse = (status: number, message: string, headers: Record<string, string> = {}) =>
  Result.fail<Refused>({ status, headers, message })

/** Everything that is appended to a key before it is hashed (RFC 6455, 1.3). */
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

const acceptKey = (key: string): string => crypto.createHash("sha1").update(key).update(magic).digest("base64")

/** 16 bytes in base64. */
const isKey = /^[+/0-9A-Za-z]{22}==$/

const version = "13"

export const handshake = (request: HandshakeRequest, options: HandshakeOptions): Result.Result<Accepted, Refused> => {
  const header = (name: string): string | undefined => {
    const value = request.headers[name]
    return typeof value === "object" ? value.join(", ") : value
  }
  const has = (name: string, word: string): boolean => listed(header(name)).some((item) => item.toLowerCase() === word)

  if (request.method !== "GET") return refuse(405, "A WebSocket is opened by GET", { Allow: "GET" })
  if (request.httpVersion !== "1.1") return refuse(400, "A WebSocket is opened by HTTP/1.1")
  const host = header("host")
  const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host")
  if (host === undefined || hosts.length > 1 || hostOf(host, "http:") === undefined) {
    return refuse(400, "The header Host has to be there once, and to name a host")
  }
  if (!has("upgrade", "websocket")) {
    return refuse(426, "Here is a WebSocket: the header Upgrade has to name websocket", {
      Upgrade: "websocket",
      Connection: "Upgrade",
    })
  }
  if (!has("connection", "upgrade")) return refuse(400, "The header Connection has to name Upgrade")
  if (header("sec-websocket-version") !== version) {
    return refuse(426, `The header Sec-WebSocket-Version has to be ${version}`, {
      "Sec-WebSocket-Version": version,
      Upgrade: "websocket",
      Connection: "Upgrade",
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
  if (origin !== undefined && !isWelcome(origin, host, options.origins)) {
    return refuse(403, "Pages of this origin may not come in")
  }

  const offered = header("sec-websocket-protocol")
  const names = offered?.split(",").map((name) => name.trim())
  if (names !== undefined && (!names.every(isToken) || new Set(names).size < names.length)) {
    return refuse(400, "The header Sec-WebSocket-Protocol has to be a list of different names")
  }
  const protocol = names?.find((name) => options.protocols.includes(name))
  if (names !== undefined && protocol === undefined) {
    return refuse(400, `None of the offered subprotocols is spoken here. These are: ${options.protocols.join(", ")}`)
  }
  const extensions = header("sec-websocket-extensions")
  const offers = extensions === undefined ? [] : parseOffers(extensions)
  if (offers === undefined) {
    return refuse(400, "The header Sec-WebSocket-Extensions is against its grammar (RFC 6455, 9.1)")
  }

  const agreed = options.deflate ? agree(offers) : undefined
  const response = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ...(agreed === undefined ? [] : [`Sec-WebSocket-Extensions: ${agreed}`]),
    "\r\n",
  ].join("\r\n")
  return Result.succeed({ protocol, deflate: agreed !== undefined, response })
}

const listed = (value: string | undefined): ReadonlyArray<string> => (value ?? "").split(",").map((item) => item.trim())

/** Only a host and perhaps a port, without the one that a scheme has anyway. */
const hostOf = (host: string, scheme: string): string | undefined => {
  if (!/^[^/?#@\\\s]+$/.test(host)) return undefined
  return URL.canParse(`${scheme}//${host}`) ? new URL(`${scheme}//${host}`).host : undefined
}

const originOf = (origin: string): URL | undefined => {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined
}

const isWelcome = (origin: string, host: string, origins: ReadonlyArray<string>): boolean => {
  if (origins.includes("*") || origins.includes(origin)) return true
  const url = originOf(origin)
  if (url === undefined) return false
  // With TLS in front of it the service does not know its own scheme: the host and the port decide.
  if (origins.length === 0) return url.host === hostOf(host, url.protocol)
  return origins.some((one) => originOf(one)?.origin === url.origin)
}

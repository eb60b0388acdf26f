/** Requests to a running service over HTTP, from commands that look after it. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { X509Certificate } from "node:crypto"
import * as http from "node:http"
import * as https from "node:https"
import type { Address } from "../client/Address.ts"
import { local } from "../client/Address.ts"
import type { TlsOptions } from "../client/transport/TlsOptions.ts"
import type { ServerSettings } from "../server/ServerSettings.ts"

/** Where a service speaks HTTP. */
export interface Target {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** A socket in the file system, instead of host and port. */
  readonly socketPath?: string
}

/** Everything is spoken in one place, so each address of a service is one for HTTP, too. */
export const targetOf = (address: Address): Target => {
  switch (address.over) {
    case undefined:
      return { secure: false, host: address.host, port: address.port }
    case "tls":
      return { secure: true, host: address.host, port: address.port }
    case "unix":
      return { secure: false, host: "localhost", port: 0, socketPath: address.path }
    case "websocket":
    case "sse": {
      const { port, protocol } = new URL(address.url)
      const secure = protocol === "wss:" || protocol === "https:"
      return { secure, host: address.host, port: port === "" ? (secure ? 443 : 80) : Number(port) }
    }
  }
}

const near = (host: string): string => (host === "0.0.0.0" ? local.host : host === "::" ? "::1" : host)

/** Where the service of these settings speaks HTTP to this machine; undefined where that is not known. */
export const localTarget = ({ listen, tcp }: Pick<ServerSettings, "listen" | "tcp">): Target | undefined => {
  if ((tcp.listen || listen.length === 0) && tcp.port !== 0) {
    return { secure: false, host: near(tcp.host), port: tcp.port }
  }
  for (const place of listen) {
    if (place.language === "natter") continue
    if (place.kind === "unix") return { secure: false, host: "localhost", port: 0, socketPath: place.path }
    if (place.kind === "tcp" && place.port !== 0) {
      return { secure: place.tls === "always", host: near(place.host), port: place.port }
    }
  }
  return undefined
}

export const show = ({ host, port, secure, socketPath }: Target): string =>
  socketPath === undefined
    ? `${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`
    : `unix:${socketPath}`

/** What OpenSSL says of a certificate, in words. */
export const distrusts: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "it certifies itself: name it with --ca, if you trust it",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not known here: name that with --ca, if you trust it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not known here: name that with --ca, if you trust it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "its authority is not known here: it lacks the certificates between (fullchain.pem), or name the authority with --ca",
  ERR_TLS_CERT_ALTNAME_INVALID: "it is for other names",
  CERT_HAS_EXPIRED: "it has expired",
}

export class RequestFailed extends Data.TaggedError("RequestFailed")<{
  readonly where: string
  readonly code: string
}> {
  override get message(): string {
    switch (this.code) {
      case "ECONNREFUSED":
      case "ENOENT":
        return `nothing listens on ${this.where}`
      case "ENOTFOUND":
      case "EAI_AGAIN":
        return `there is no host of the name in ${this.where}`
      case "TIMEOUT":
        return `${this.where} did not answer in time`
      case "EPROTO":
        return `what listens on ${this.where} does not speak TLS: is it http:// there?`
      case "TOO_LONG":
        return `${this.where} answered with more than it should`
      default:
        return this.code.startsWith("HPE_")
          ? `what listens on ${this.where} does not speak HTTP`
          : `${this.where} does not answer: ${this.code}`
    }
  }
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
  /** Of the server, over TLS; and what is wrong with it, where that is to be told instead of failing. */
  readonly certificate?: X509Certificate | undefined
  readonly distrust?: string | undefined
}

export interface Question {
  readonly method?: string
  readonly path: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string
  readonly tls?: TlsOptions
  /** To be told of a certificate that is not to be trusted, instead of failing. Nothing secret may be sent then. */
  readonly anyCertificate?: boolean
  /** Milliseconds. */
  readonly within?: number
}

/** Metrics of a service with many channels are some hundred kilobytes. */
const longest = 4 * 1024 * 1024

/** What a TLS socket offers, without the module that only transports may have. */
interface Secured {
  readonly authorizationError?: Error | string | null
  readonly getPeerX509Certificate?: () => X509Certificate | undefined
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error
    ? "code" in cause && typeof cause.code === "string"
      ? cause.code
      : cause.message
    : String(cause)

/** Begins a request, without a body so far. */
export const begin = (
  target: Target,
  { anyCertificate = false, headers, method = "GET", path, tls }: Omit<Question, "body" | "within">,
): http.ClientRequest =>
  (target.secure ? https : http).request({
    ...(target.socketPath === undefined ? { host: target.host, port: target.port } : { socketPath: target.socketPath }),
    ...(target.secure ? { ...tls, rejectUnauthorized: !anyCertificate } : {}),
    method,
    path,
    headers,
    agent: false,
  })

/** That it failed, and why. */
export const failure = (target: Target, cause: unknown): RequestFailed =>
  new RequestFailed({ where: show(target), code: typeof cause === "string" ? cause : codeOf(cause) })

export const ask = (target: Target, question: Question): Effect.Effect<Answer, RequestFailed> =>
  Effect.callback((resume) => {
    const { body, within = 5000 } = question
    const fail = (cause: unknown) => resume(Effect.fail(failure(target, cause)))
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) }
    const request = begin(target, { ...question, headers: { ...question.headers, ...length } })
    const patience = setTimeout(() => {
      fail("TIMEOUT")
      request.destroy()
    }, within)
    request.on("error", fail)
    request.on("close", () => clearTimeout(patience))
    request.on("response", (response) => {
      const socket = response.socket as unknown as Secured
      const certificate = socket.getPeerX509Certificate?.()
      const distrust = socket.authorizationError ? codeOf(socket.authorizationError) : undefined
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (part: string) => {
        text += part
        if (text.length <= longest) return
        fail("TOO_LONG")
        request.destroy()
      })
      response.on("error", fail)
      response.on("end", () =>
        resume(
          Effect.succeed({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            certificate,
            distrust,
          }),
        ),
      )
    })
    request.end(body)
    return Effect.sync(() => request.destroy())
  })

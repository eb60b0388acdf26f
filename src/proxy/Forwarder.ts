/**
 * An HTTP forward proxy: requests with an absolute URI, and CONNECT. It injects no faults itself; a `Proxy` in front of
 * it, whose target it is, does that.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import * as Net from "node:net"
import type { Duplex } from "node:stream"
import { pipeline } from "node:stream"
import { type Address, format } from "../domain/Address.ts"
import { authority, mayReach, type Permission } from "./Authority.ts"
import { endToEnd } from "./internal/hopByHop.ts"
import { listen } from "./internal/sockets.ts"
import type { ProxyListenError } from "./ProxyError.ts"

export interface ForwarderSettings {
  /** What may be reached besides the loopback addresses. */
  readonly allow: ReadonlyArray<Permission>
  /** Ports of this machine that may not be reached, such as that of the control. */
  readonly except: () => ReadonlyArray<number>
  readonly connectWithin: Duration.Duration
  /** Time for the head of a request to arrive, and for the target to answer. */
  readonly answerWithin: Duration.Duration
}

/** Listens on a free port of the loopback until the scope closes. */
export const listenForwarder = Effect.fnUntraced(function* (
  settings: ForwarderSettings,
): Effect.fn.Return<Address, ProxyListenError, Scope.Scope> {
  const answerWithin = Duration.toMillis(settings.answerWithin)
  const server = Http.createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: Math.min(10_000, answerWithin),
    connectionsCheckingInterval: 1000,
    requestTimeout: 0,
  })
  const open = new Set<Duplex>()
  server.on("connection", (raw) => {
    open.add(raw)
    raw.once("close", () => open.delete(raw))
  })
  server.on("request", (request, response) => forward(request, response, settings))
  server.on("connect", (request, raw, head) => tunnel(request, raw, head, settings))
  const address = yield* listen(server, { host: "127.0.0.1", port: 0 })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const raw of open) raw.destroy()
    }),
  )
  return address
})

/** Why a request is refused, and with which status; undefined where it is not. */
const refusal = (target: Address | undefined, written: string, settings: ForwarderSettings) => {
  if (target === undefined)
    return { status: 400, why: `not a host and a port: ${JSON.stringify(written.slice(0, 200))}` }
  return mayReach(target, settings.allow, settings.except())
    ? undefined
    : { status: 403, why: `${format(target)} may not be reached: start with --allow ${format(target)}` }
}

const forward = (request: Http.IncomingMessage, response: Http.ServerResponse, settings: ForwarderSettings): void => {
  response.on("error", () => {})
  const answer = (status: number, why: string) => {
    if (response.headersSent) return void response.destroy()
    // The rest of the request was not read: on a connection that stays open it would be taken for the next request.
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${why}\n`)
  }
  const written = request.url ?? ""
  const url = URL.parse(written)
  if (url === null || url.protocol !== "http:") {
    return answer(400, "a proxy is asked with a whole URI, such as GET http://127.0.0.1:8080/, or with CONNECT")
  }
  const target = authority(url.host, 80)
  const refused = refusal(target, url.host, settings)
  if (target === undefined || refused !== undefined) return answer(refused?.status ?? 400, refused?.why ?? "")

  const asked = Http.request({
    ...target,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: { ...endToEnd(request.rawHeaders), host: url.host, via: "1.1 natter" },
    agent: false,
    setHost: false,
  })
  let late = false
  const connecting = setTimeout(() => {
    late = true
    asked.destroy()
  }, Duration.toMillis(settings.connectWithin))
  asked.on("socket", (raw) => raw.once("connect", () => clearTimeout(connecting)))
  asked.setTimeout(Duration.toMillis(settings.answerWithin), () => {
    late = true
    asked.destroy()
  })
  asked.on("error", () => {
    clearTimeout(connecting)
    answer(
      late ? 504 : 502,
      `${format(target)} ${late ? "did not answer in time" : "could not be reached, or answered no HTTP"}`,
    )
  })
  asked.on("response", (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.statusMessage, endToEnd(answered.rawHeaders))
    pipeline(answered, response, () => {})
  })
  response.on("close", () => {
    clearTimeout(connecting)
    asked.destroy()
  })
  request.on("error", () => asked.destroy())
  request.pipe(asked)
}

const tunnel = (request: Http.IncomingMessage, raw: Duplex, head: Buffer, settings: ForwarderSettings): void => {
  raw.on("error", () => {})
  const answer = (status: number, why: string) =>
    raw.end(
      `HTTP/1.1 ${status} ${Http.STATUS_CODES[status]}\r\ncontent-type: text/plain; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(why) + 1}\r\nconnection: close\r\n\r\n${why}\n`,
    )
  const written = request.url ?? ""
  const target = authority(written)
  const refused = refusal(target, written, settings)
  if (target === undefined || refused !== undefined) return void answer(refused?.status ?? 400, refused?.why ?? "")
  const there: Net.Socket = Net.connect({ ...target, noDelay: true, allowHalfOpen: true })
  const connecting = setTimeout(() => {
    there.destroy()
    answer(504, `${format(target)} did not answer in time`)
  }, Duration.toMillis(settings.connectWithin))
  const unreachable = () => void answer(502, `${format(target)} could not be reached`)
  there.once("error", unreachable)
  // A connection that breaks on one side is broken on the other.
  there.on("close", () => {
    clearTimeout(connecting)
    if (there.errored !== null && there.bytesRead + there.bytesWritten > 0) raw.destroy()
  })
  raw.on("close", () => there.destroy())
  there.once("connect", () => {
    clearTimeout(connecting)
    there.off("error", unreachable)
    there.on("error", () => raw.destroy())
    raw.write("HTTP/1.1 200 Connection established\r\n\r\n")
    there.write(head)
    raw.pipe(there)
    there.pipe(raw)
  })
}

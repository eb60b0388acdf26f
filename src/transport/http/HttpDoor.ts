/**
 * HTTP over sockets that were accepted elsewhere. What is not for a transport of ours is given to whoever answers requests.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type * as Net from "node:net"
import type { Duplex } from "node:stream"
import type { WebClient } from "../../domain/WebClient.ts"
import { realAddress } from "../address/Forwarded.ts"
import { ownOrigins } from "../address/ownOrigins.ts"
import type { ProxySettings } from "../address/ProxySettings.ts"
import type { Arrival } from "../Arrival.ts"
import { type Fault, faultOf } from "./Faults.ts"
import type { HttpSettings } from "./HttpSettings.ts"
import { Line } from "./Line.ts"
import * as Problem from "./Problem.ts"

/** Answers a request, or says that it is for somebody else. */
export type RequestHandler = (request: Http.IncomingMessage, response: Http.ServerResponse, arrival: Arrival) => boolean

/** Takes a connection over, or says that what was asked for is for somebody else. */
export type UpgradeHandler = (
  request: Http.IncomingMessage,
  socket: Net.Socket,
  head: Uint8Array,
  arrival: Arrival,
) => boolean

/** What there is behind HTTP; the first that takes a request answers it. */
export interface Routes {
  /** These answer also who is let in no more: whoever watches over a service that is full has to see that it is. */
  readonly always?: ReadonlyArray<RequestHandler>
  readonly requests: ReadonlyArray<RequestHandler>
  readonly upgrades: ReadonlyArray<UpgradeHandler>
}

export interface HttpDoor {
  /** Takes a socket of which nothing was read, or to which it was given back. */
  readonly enter: (arrival: Arrival, socket: Net.Socket) => void
}

/** How often Node looks for requests that take too long, in milliseconds; more often where they have less time. */
const checkEvery = 2000

/** Answers until the scope closes. Its connections are those of the places where they came in, which end them. */
export const make = (settings: HttpSettings, routes: Routes): Effect.Effect<HttpDoor, never, Scope.Scope> => {
  const arrivals = new WeakMap<Duplex, Arrival>()
  const opened = Effect.sync(() => open(settings, routes, arrivals))
  const server = Effect.acquireRelease(opened, (server) => Effect.sync(() => server.close()))
  return Effect.map(server, (server) => ({
    enter: (arrival, socket) => {
      arrival.carriesRequests()
      arrivals.set(socket, arrival)
      server.emit("connection", socket)
      socket.resume()
    },
  }))
}

const open = (
  settings: HttpSettings,
  { always = [], requests, upgrades }: Routes,
  arrivals: WeakMap<Duplex, Arrival>,
): Http.Server => {
  const requestTimeout = Duration.toMillis(settings.requestTimeout)
  // Node refuses to start with more time for a part than for the whole.
  const headersTimeout = Math.min(Duration.toMillis(settings.headersTimeout), requestTimeout)
  const server = Http.createServer({
    // Whatever Node is started with.
    insecureHTTPParser: false,
    maxHeaderSize: settings.maxHeaderBytes,
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: Duration.toMillis(settings.keepAlive),
    connectionsCheckingInterval: Math.min(checkEvery, headersTimeout),
    // It is looked at here, and refused in the same words as the rest.
    requireHostHeader: false,
    // Who could go on otherwise, but need not, is answered as if it had not said so.
    shouldUpgradeCallback: ({ headers }) => /\bwebsocket\b/i.test(headers.upgrade ?? ""),
  })
  server.timeout = Duration.toMillis(settings.responseTimeout)
  // Node would leave out those above a number, and go on. They are counted here, and bounded by their bytes before.
  server.maxHeadersCount = 0
  // However many: one after the other, and each with its time.
  server.maxRequestsPerSocket = 0

  const lines = new WeakMap<Duplex, Line>()
  const lineOf = (socket: Duplex): Line => {
    const line = lines.get(socket) ?? new Line()
    lines.set(socket, line)
    return line
  }
  const take = (request: Http.IncomingMessage, response: Http.ServerResponse, begin: () => void): void => {
    const fault = faultOf(request)
    lineOf(request.socket).add(request, response, {
      answer: () => {
        const arrival = arrivals.get(request.socket)!
        if (fault === undefined && always.some((handle) => handle(request, response, arrival))) return
        if (arrival.admission !== "Admitted") busy(response, arrival)
        else if (fault === undefined) begin()
        else answer(response, fault.status, fault.detail, { ...fault.headers, Connection: "close" })
      },
      refuse: () => answer(response, 429, "wait for some answers before you ask on", { Connection: "close" }),
    })
  }
  /** Says so when all that was asked before is answered. */
  const end = (socket: Duplex, ...refusal: readonly [status: number, detail: string, headers?: Fault["headers"]]) => {
    hearEnd(socket)
    lineOf(socket).end(() => refuse(socket, ...refusal))
  }
  const respond = (request: Http.IncomingMessage, response: Http.ServerResponse): void => {
    const arrival = arrivals.get(request.socket)!
    if (!requests.some((handle) => handle(request, response, arrival))) nothingThere(response)
  }
  server.on("request", (request, response) => take(request, response, () => respond(request, response)))
  server.on("checkContinue", (request, response) =>
    take(request, response, () => {
      response.writeContinue()
      respond(request, response)
    }),
  )
  server.on("checkExpectation", (request, response) =>
    take(request, response, () => answer(response, 417, "only 100-continue is expected here", { Connection: "close" })),
  )
  server.on("upgrade", (request, socket, head) => {
    if (!socket.writable) return socket.destroy()
    const fault = faultOf(request)
    if (fault !== undefined) return end(socket, fault.status, fault.detail, fault.headers)
    // The answers to what was asked before would come in between.
    if (lineOf(socket).busy) return end(socket, 400, "a request before it was not answered yet")
    // What is spoken from now on has limits of its own, and this one would be set anew with each frame.
    ;(socket as Net.Socket).setTimeout(0)
    const taken = upgrades.some((handle) => handle(request, socket as Net.Socket, head, arrivals.get(socket)!))
    if (!taken) refuse(socket, 404, "there is nothing here to upgrade to")
  })
  server.on("connect", (_, socket) => end(socket, 405, "nothing is passed on here", { Allow: "GET, POST" }))
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Node says so once, and goes on. What stands still is another limit.
    if (error.code === "ERR_HTTP_REQUEST_TIMEOUT" && isUnhurried(lineOf(socket).coming)) return
    const [status, detail] = problems[error.code ?? ""] ?? [400, "this is no request of HTTP/1.1"]
    if (!socket.writable) return socket.destroy()
    // Each piece of what cannot be read is an error again.
    if (lineOf(socket).over) return
    hearEnd(socket)
    lineOf(socket).fail(
      () => refuse(socket, status, detail),
      () => socket.destroy(),
    )
  })
  // Node begins to watch over the time of requests when a server listens. This one gets its connections otherwise.
  server.emit("listening")
  return server
}

const problems: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "the headers are too large"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "the extensions of a chunk are too large"],
  HPE_PAUSED_H2_UPGRADE: [505, "HTTP/1.1 is spoken here"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not come in time"],
}

/** Who sends a request, and by which certificate. */
export interface HttpClient extends WebClient {
  readonly certificate: Arrival["certificate"]
}

/** Answers a request of somebody, or says that it is for somebody else. */
export type ClientHandler = (
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  client: HttpClient,
) => boolean

/** Requests whose bodies may come for as long as they like. */
const unhurried = new WeakSet<Http.IncomingMessage>()

const isUnhurried = (request: Http.IncomingMessage | undefined): boolean =>
  request !== undefined && unhurried.has(request)

/** A handler that is told who asks. */
export const forClients =
  (proxies: ProxySettings, handle: ClientHandler): RequestHandler =>
  (request, response, { address: peer, certificate, secure }) => {
    const { headers } = request
    const address = realAddress({ peer, headers }, proxies)
    if (Result.isSuccess(address)) {
      const own = () => ownOrigins({ peer, headers, encrypted: secure }, proxies)
      const takesItsTime = () => {
        unhurried.add(request)
        // Nothing moves while it is seen to what has come: that is for whoever does it to limit.
        request.once("end", () => request.socket.setTimeout(0))
      }
      return handle(request, response, { address: address.success, own, takesItsTime, certificate })
    }
    answer(response, 400, address.failure.message)
    return true
  }

/** The path that a request is for, without what is asked of it; a proxy may name the host before it. */
export const pathOf = ({ url = "" }: Http.IncomingMessage): string =>
  url.replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/[?#].*$/, "") || "/"

/** Whatever else comes is not looked at, but for the end: then nobody is there for the answers that are still to come. */
const hearEnd = (socket: Duplex): void => {
  socket.once("end", () => socket.destroy())
  socket.resume()
}

export const answer = (
  response: Http.ServerResponse,
  status: number,
  detail: string,
  headers: Http.OutgoingHttpHeaders = {},
) => {
  const body = Problem.document(status, detail)
  response.writeHead(status, { ...Problem.headers, "Content-Length": Buffer.byteLength(body), ...headers })
  response.end(body)
}

const nothingThere = (response: Http.ServerResponse) =>
  answer(response, 404, "there is nothing here: /docs shows what there is, where the HTTP API is on")

const busy = (response: Http.ServerResponse, { admission }: Arrival) =>
  admission === "TooManyConnections"
    ? answer(response, 429, "too many connections from this address", { Connection: "close", "Retry-After": "10" })
    : answer(response, 503, "no room for more connections", { Connection: "close", "Retry-After": "10" })

/** Says no to who asked to go on otherwise, and closes. */
export const refuse = (
  socket: Duplex,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const body = Problem.document(status, detail)
  const lines = Object.entries({
    Connection: "close",
    ...headers,
    ...Problem.headers,
    "Content-Length": `${Buffer.byteLength(body)}`,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on("error", () => {})
  socket.end(`HTTP/1.1 ${status} ${Http.STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`, () => socket.destroy())
}

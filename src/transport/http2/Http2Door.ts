/**
 * HTTP/2 over sockets that were accepted elsewhere, for whoever answers its streams. Nothing else is spoken over it: pages and
 * the HTTP API are asked for over HTTP/1.1.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Http2 from "node:http2"
import type * as Net from "node:net"
import * as Monotonic from "../../domain/Monotonic.ts"
import { Sessions } from "../../session/Sessions.ts"
import { realAddress } from "../address/Forwarded.ts"
import { ownOrigins } from "../address/ownOrigins.ts"
import type { ProxySettings } from "../address/ProxySettings.ts"
import type { Arrival } from "../Arrival.ts"
import type { HttpClient, HttpDoor } from "../http/HttpDoor.ts"
import type { Http2Settings } from "./Http2Settings.ts"

/** Who opens a stream. */
interface StreamClient extends HttpClient {
  readonly secure: boolean
}

export type StreamHandler = (
  stream: Http2.ServerHttp2Stream,
  headers: Http2.IncomingHttpHeaders,
  client: StreamClient,
) => void

/** How a connection begins over which HTTP/2 is spoken. */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

/** Whether bytes are the beginning of it; undefined where there are too few of them to tell. */
const begins = (bytes: Uint8Array): boolean | undefined => {
  const compared = Math.min(bytes.byteLength, preface.byteLength)
  if (preface.compare(bytes, 0, compared, 0, compared) !== 0) return false
  // No method of HTTP/1.1 that is known begins so.
  return compared >= 4 ? true : undefined
}

const noError = Http2.constants.NGHTTP2_NO_ERROR
const enhanceYourCalm = Http2.constants.NGHTTP2_ENHANCE_YOUR_CALM
/** Mistakes of a peer, after which it is let go. Node knows these, and its types do not. */
const forgiven = { maxSessionInvalidFrames: 50, maxSessionRejectedStreams: 50 }
/** Of headers beside their names and values, each. */
const fewerThan = 100

/** A connection, and how it is doing. */
interface Open {
  readonly session: Http2.ServerHttp2Session
  readonly arrival: Arrival
  readonly streams: Set<Http2.ServerHttp2Stream>
  /** When it is closed where there is no stream, in milliseconds. */
  idleUntil: number
  /** Since when an answer to a ping is waited for; undefined where none is. */
  askedAt: number | undefined
  askAt: number
}

/** Bytes that wait for who reads a stream, and since when none were taken. */
interface Waiting {
  bytes: number
  since: number
}

/** How often it is looked for what takes too long. */
const lookEvery = Duration.seconds(1)

/** Answers until the scope closes. Its connections are those of the places where they came in. */
export const make = Effect.fnUntraced(function* (
  settings: Http2Settings,
  proxies: ProxySettings,
  handle: StreamHandler,
): Effect.fn.Return<HttpDoor, never, Scope.Scope | Sessions> {
  const clock = yield* Clock.Clock
  const sessions = yield* Sessions
  const run = Effect.runForkWith(yield* Effect.context())
  // At most as many as connections are let in.
  const open = new Set<Open>()
  const waiting = new WeakMap<Http2.ServerHttp2Stream, Waiting>()
  /** Somebody looks at them already: it goes on for as long as there are any, whoever comes and goes meanwhile. */
  let isLooking = false
  const idle = Duration.toMillis(settings.idle)
  const firstWithin = Duration.toMillis(settings.firstWithin)
  const pingEvery = Duration.toMillis(settings.pingEvery)
  const writeTimeout = Duration.toMillis(settings.writeTimeout)

  const options: Http2.ServerOptions = {
    maxHeaderListPairs: fewerThan,
    ...forgiven,
    // Millions of bytes.
    maxSessionMemory: 4,
    maxSettings: 16,
    maxOutstandingPings: 4,
    // Who opens streams and takes them back at once is let go: a thousand at first, and 33 a second.
    streamResetBurst: 1000,
    streamResetRate: 33,
    settings: {
      maxConcurrentStreams: settings.maxStreams,
      maxHeaderListSize: settings.maxHeaderBytes,
      enablePush: false,
    },
  }

  /** Something of a stream was to be taken, and was not for too long. */
  const lookAt = (stream: Http2.ServerHttp2Stream, now: number): void => {
    // Behind the end of an answer nobody has to go on asking.
    const isAnswered = stream.writableFinished
    const bytes = isAnswered ? 1 : stream.writableLength
    const known = waiting.get(stream)
    if (bytes === 0) return void waiting.delete(stream)
    if (known === undefined || bytes < known.bytes) return void waiting.set(stream, { bytes, since: now })
    known.bytes = bytes
    // It arrives at who reads nothing, too.
    if (now - known.since < writeTimeout) return
    stream.close(isAnswered ? noError : enhanceYourCalm)
    stream.resume()
  }

  const look = Effect.gen(function* () {
    while (open.size > 0) {
      yield* Effect.sleep(lookEvery)
      const now = Monotonic.millis(clock)
      for (const one of open) {
        const { session, streams } = one
        // Its close is on its way, and nothing may be asked of it.
        if (session.destroyed) continue
        if (streams.size === 0 && now >= one.idleUntil) session.close()
        else if (one.askedAt !== undefined && now - one.askedAt >= pingEvery) session.destroy()
        else if (streams.size > 0 && one.askedAt === undefined && now >= one.askAt) {
          one.askedAt = now
          one.askAt = now + pingEvery
          session.ping(() => void (one.askedAt = undefined))
        }
        for (const stream of streams) lookAt(stream, now)
      }
    }
    isLooking = false
  })

  const begin = (session: Http2.ServerHttp2Session, arrival: Arrival): void => {
    const now = Monotonic.millis(clock)
    const one: Open = {
      session,
      arrival,
      streams: new Set(),
      idleUntil: now + firstWithin,
      askedAt: undefined,
      askAt: now + pingEvery,
    }
    open.add(one)
    if (!isLooking) {
      isLooking = true
      run(look)
    }
    session.on("close", () => open.delete(one))
    // It is followed by a close.
    session.on("error", () => {})
    session.on("stream", (stream, headers) => {
      // It is followed by a close.
      stream.on("error", () => {})
      // Behind an answer, and behind its end, what was said beside it is dropped: Node keeps a stream that has something to be read.
      const drop = () => void stream.resume()
      stream.once("finish", drop)
      stream.once("aborted", drop)
      one.streams.add(stream)
      stream.once("close", () => {
        one.streams.delete(stream)
        one.idleUntil = Monotonic.millis(clock) + idle
      })
      take(one, stream, headers)
    })
  }

  const take = ({ arrival }: Open, stream: Http2.ServerHttp2Stream, given: Http2.IncomingHttpHeaders): void => {
    const { address: peer, certificate, secure } = arrival
    // It was taken back in the same piece in which it came: nothing can be said on it.
    if (stream.destroyed || stream.closed) return
    // A peer is told of the limit, and Node keeps nobody to it.
    if (bytesOf(given) > settings.maxHeaderBytes) return stream.close(enhanceYourCalm)
    const headers = { ...given, host: given[":authority"] ?? given.host ?? "" }
    if (headers.host === "") return end(stream, 400)
    const address = realAddress({ peer, headers }, proxies)
    if (Result.isFailure(address)) return end(stream, 400)
    if (arrival.admission !== "Admitted") return end(stream, arrival.admission === "TooManyConnections" ? 429 : 503)
    const own = () => ownOrigins({ peer, headers, encrypted: secure }, proxies)
    handle(stream, headers, { address: address.success, own, certificate, secure })
  }

  // While sessions drain those that are here end as they say, and nobody begins anything.
  yield* sessions.draining.pipe(
    Effect.andThen(
      Effect.sync(() => {
        for (const { session } of open) session.close()
      }),
    ),
    Effect.forkScoped,
  )
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const { session } of open) session.destroy()
    }),
  )

  return {
    enter: (arrival, socket) => {
      arrival.carriesRequests()
      const session = Http2.performServerHandshake(socket, options)
      begin(session, arrival)
      // Whoever ends its side of the connection has gone: over HTTP/2 it is a stream that ends when something was asked. Node
      // goes on with what there is, and a peer that has died would be there until it does not answer a ping.
      // Not at once: what came before that is given to a session in the next tick, which has to be there.
      socket.once("end", () => setImmediate(() => session.destroy()))
    },
  }
})

/** Where the first bytes say which of the two is spoken; who says nothing for so many milliseconds is the first one's. */
export const beside = (http: HttpDoor, http2: HttpDoor, patience: number): HttpDoor => {
  const look = (arrival: Arrival, socket: Net.Socket): void => {
    const first = socket.read() as Buffer | null
    if (first === null) return wait(arrival, socket)
    socket.unshift(first)
    const isHttp2 = begins(first)
    if (isHttp2 === undefined) wait(arrival, socket)
    else (isHttp2 ? http2 : http).enter(arrival, socket)
  }
  const wait = (arrival: Arrival, socket: Net.Socket): void => {
    const had = socket.readableLength
    const forget = () => {
      socket.off("readable", heard)
      socket.off("end", give)
      socket.off("timeout", give)
      socket.off("close", forget)
      socket.setTimeout(0)
    }
    const give = () => {
      forget()
      http.enter(arrival, socket)
    }
    const heard = () => {
      if (socket.readableLength === had) return
      forget()
      look(arrival, socket)
    }
    socket.setTimeout(patience)
    socket.on("readable", heard)
    socket.on("end", give)
    socket.on("timeout", give)
    socket.on("close", forget)
  }
  return {
    // Not while Node hands a piece over: where that is as large as a buffer it stops reading behind it, and a socket from which
    // something was taken meanwhile counts as one that is read, so that HTTP/2 would never hear more.
    enter: (arrival, socket) => queueMicrotask(() => look(arrival, socket)),
  }
}

/** As the standard counts them. */
const bytesOf = (headers: Http2.IncomingHttpHeaders): number => {
  let bytes = 0
  for (const name in headers) {
    const value = headers[name]
    if (typeof value === "string") bytes += name.length + value.length + 32
    else for (const one of value ?? []) bytes += name.length + one.length + 32
  }
  return bytes
}

const end = (stream: Http2.ServerHttp2Stream, status: number): void => {
  stream.respond({ ":status": status }, { endStream: true })
  stream.resume()
}

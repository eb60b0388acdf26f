/**
 * What becomes of a socket that was accepted. Which protocol is spoken is told by its first byte: a length prefix begins
 * with 0, a handshake of TLS with 0x16, a request of HTTP with a letter. Protocols of others know their own beginning,
 * which may take a few bytes. Until these have come a connection costs a place in a list.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type * as Net from "node:net"
import type * as Tls from "node:tls"
import { Disconnect } from "../domain/Disconnect.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import type { Connection } from "../session/Connection.ts"
import type { Dialect } from "../session/Dialect.ts"
import type { Session } from "../session/Session.ts"
import { Sessions } from "../session/Sessions.ts"
import { type Found, ProxyHeader } from "./address/ProxyHeader.ts"
import type { ProxySettings } from "./address/ProxySettings.ts"
import { Arrival } from "./Arrival.ts"
import { ConnectionLimits } from "./ConnectionLimits.ts"
import type { HttpDoor } from "./http/HttpDoor.ts"
import type { Speech } from "./Place.ts"
import { Tally } from "../domain/Tally.ts"
import { converse } from "./Reception.ts"
import type { Http2 } from "./tls/TlsContext.ts"
import { SocketConnection } from "./SocketConnection.ts"

/** What is behind an entrance, apart from sessions over the socket itself. */
export interface Behind {
  /** Undefined: HTTP is not spoken. */
  readonly http?: HttpDoor | undefined
  /** Whether HTTP/2 is spoken behind `http`, too. */
  readonly http2?: boolean | undefined
  /** Undefined: TLS is not spoken. */
  readonly tls?: Encryption | undefined
  /** Undefined: nobody stands for others. */
  readonly proxies?: ProxySettings | undefined
  /** Protocols of others that are spoken over the socket itself. */
  readonly dialects?: ReadonlyArray<Dialect<Session>> | undefined
}

interface Encryption {
  /** Agrees on keys with the peer of a socket, of which nothing was read or to which it was given back. */
  readonly handshake: (socket: Net.Socket, http2?: Http2) => Effect.Effect<Encrypted, unknown>
}

interface Encrypted {
  readonly socket: Tls.TLSSocket
  readonly certificate: Connection["certificate"]
}

/** How often it is looked for those who have said nothing for too long. */
const lookEvery = Duration.millis(250)

/** Milliseconds that a peer who is refused is given to show in which language to tell it so. */
const refusedFor = 1000

const tlsHandshake = 0x16
const isLetter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a

/** Bytes after which it has to be clear what is spoken. */
const enough = 16

/** A connection of which nothing has come yet. */
interface Silent {
  /** When it has been silent for too long, in milliseconds. */
  readonly until: number
  /** Ends it without having heard anything. */
  readonly giveUp: Effect.Effect<void, never, Sessions | ConnectionLimits>
}

/**
 * Takes the sockets that are accepted in a place where this is spoken, until the scope closes; then what it began with
 * them is ended.
 */
export const make = Effect.fnUntraced(function* (
  { language, tls }: Speech,
  behind: Behind,
): Effect.fn.Return<(socket: Net.Socket) => void, never, Scope.Scope | Sessions | ConnectionLimits> {
  // At most as many as connections are let in, and those that are being told that they are not.
  const open = new Set<Net.Socket>()
  // When it closes sessions end first, and say so; whatever is left then has nobody any more.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const socket of open) socket.destroy()
    }),
  )
  const run = yield* FiberSet.makeRuntime<Sessions | ConnectionLimits>()
  const limits = yield* ConnectionLimits
  const sessions = yield* Sessions
  const clock = yield* Clock.Clock
  // At most as many as connections are let in.
  const silent = new Set<Silent>()
  const patience = Duration.toMillis(sessions.loginTimeout)
  const knowsTls = tls !== "never" && behind.tls !== undefined
  /** Where it always has to be TLS nothing is said in plain words, though there be no certificate. */
  const awaitsTls = knowsTls || tls === "always"
  const http2 = behind.http2 !== true ? "never" : language === "grpc" ? "first" : "where-alone"
  const dialects = behind.dialects ?? []
  const isHttp = language === "http" || language === "grpc"
  /** The only one that is spoken here. */
  const only = dialects.find(({ name }) => name === language)
  /** Those that may be. */
  const possible = language === "any" ? dialects : []

  let looking = false
  const look = Effect.gen(function* () {
    looking = true
    while (silent.size > 0) {
      yield* Effect.sleep(lookEvery)
      const now = Monotonic.millis(clock)
      for (const { giveUp, until } of silent) if (until <= now) run(giveUp)
    }
    looking = false
  })
  const giveUpAll = Effect.suspend(() =>
    Effect.forEach(silent, ({ giveUp }) => giveUp, { concurrency: "unbounded", discard: true }),
  )
  // While sessions drain nobody is waited for who says nothing; those who come then have a moment to show what they speak.
  let isDraining = false
  yield* sessions.draining.pipe(
    Effect.andThen(Effect.sync(() => void (isDraining = true))),
    Effect.andThen(giveUpAll),
    Effect.forkScoped,
  )
  yield* Effect.addFinalizer(() => giveUpAll)

  const isProxy = (address: string): boolean => behind.proxies?.trusted.trusts(address) === true

  /** A proxy that is trusted says first for whom it speaks. */
  const enter = (socket: Net.Socket): void => {
    const { proxies } = behind
    open.add(socket)
    // It is followed by a close.
    socket.on("error", ignore)
    const arrival = new Arrival(socket, limits, isProxy, () => open.delete(socket))
    if (isProxy(arrival.address) && proxies?.protocol !== "off") {
      awaitHeader(arrival, socket, new ProxyHeader(), patienceWith(arrival))
    } else goOn(arrival, socket)
  }

  const awaitHeader = (arrival: Arrival, socket: Net.Socket, header: ProxyHeader, until: number): void =>
    wait(arrival, socket, until, (chunk) => {
      const found = header.push(chunk)
      if (found._tag === "More") return awaitHeader(arrival, socket, header, until)
      if (found._tag === "ProxyHeaderError" || (found._tag === "None" && behind.proxies?.protocol === "required")) {
        return cut(arrival, socket, found)
      }
      const source = found._tag === "Header" ? found.source?.host : undefined
      if (source !== undefined && behind.proxies?.trusted.believes(arrival.address, source)) arrival.isFrom(source)
      goOn(arrival, socket, found.rest.byteLength === 0 ? undefined : found.rest)
    })

  const cuts = new Tally(clock)
  const cut = ({ address }: Arrival, socket: Net.Socket, found: Found): void => {
    socket.destroy()
    const why = found._tag === "ProxyHeaderError" ? found.message : "it did not begin with a PROXY header"
    const count = cuts.count()
    if (count === undefined) return
    const what = count === 1 ? "a connection" : `${count} more connections, the last of them`
    run(Effect.logWarning(`cut ${what} from the proxy ${address}: ${why}`))
  }

  /** With what has come of it, if anything has. Where only one thing can come nothing is waited for. */
  const goOn = (arrival: Arrival, socket: Net.Socket, chunk?: Uint8Array): void => {
    const { http } = behind
    if ((awaitsTls && !arrival.secure) || (language === "any" && (http !== undefined || possible.length > 0))) {
      const until = patienceWith(arrival)
      if (chunk !== undefined) return hear(arrival, socket, chunk, until)
      return wait(arrival, socket, until, (chunk) => hear(arrival, socket, chunk, until))
    }
    if (!isHttp || http === undefined) return void run(talk(arrival, socket, chunk, only))
    if (chunk !== undefined) socket.unshift(chunk)
    http.enter(arrival, socket)
  }

  /** Until when something has to come, in milliseconds. */
  const patienceWith = ({ admission }: Arrival): number =>
    Monotonic.millis(clock) + (admission === "Admitted" && !isDraining ? patience : Math.min(refusedFor, patience))

  const wait = (arrival: Arrival, socket: Net.Socket, until: number, heard: (chunk: Uint8Array) => void): void => {
    const forget = () => {
      silent.delete(waiting)
      socket.off("data", onData)
      socket.off("end", onEnd)
      socket.off("close", forget)
      socket.pause()
    }
    /** Nothing was said, and there is nothing to say to that. */
    const onEnd = () => {
      forget()
      socket.destroy()
    }
    const onData = (chunk: Uint8Array) => {
      forget()
      heard(chunk)
    }
    const waiting = { until, giveUp: Effect.suspend(() => (forget(), giveUp(arrival, socket))) }
    silent.add(waiting)
    if (!looking) run(look)
    socket.on("data", onData)
    socket.on("end", onEnd)
    socket.on("close", forget)
    socket.resume()
  }

  /** More of what shows it has to come by `until`. */
  const hear = (arrival: Arrival, socket: Net.Socket, chunk: Uint8Array, until: number): void => {
    const first = chunk[0]!
    if (first === tlsHandshake && knowsTls && !arrival.secure) {
      socket.unshift(chunk)
      return void run(encrypt(arrival, socket))
    }
    if (tls === "always" && !arrival.secure) return unencrypted(arrival, socket, chunk)
    const dialect = possible.find(({ begins }) => begins(chunk) === "Yes")
    if (dialect !== undefined) return void run(talk(arrival, socket, chunk, dialect))
    if (chunk.byteLength < enough && possible.some(({ begins }) => begins(chunk) === "More")) {
      return wait(arrival, socket, until, (more) => hear(arrival, socket, Buffer.concat([chunk, more]), until))
    }
    if (behind.http !== undefined && (isHttp || (language === "any" && isLetter(first)))) {
      socket.unshift(chunk)
      return behind.http.enter(arrival, socket)
    }
    run(talk(arrival, socket, chunk, only))
  }

  const unencrypted = (arrival: Arrival, socket: Net.Socket, chunk: Uint8Array): void => {
    if (isLetter(chunk[0]!)) return void socket.end(plainRefusal, () => socket.destroy())
    run(refuse(arrival, socket, new Disconnect({ reason: "MalformedFrame", detail: "TLS is spoken here" }), chunk))
  }

  const encrypt = (arrival: Arrival, socket: Net.Socket) =>
    Effect.matchEffect(behind.tls!.handshake(socket, http2), {
      onFailure: (error) =>
        Effect.andThen(
          Effect.logDebug("no TLS with a peer", error),
          Effect.sync(() => socket.destroy()),
        ),
      onSuccess: ({ certificate, socket }) =>
        Effect.sync(() => {
          arrival.secure = true
          arrival.certificate = certificate
          goOn(arrival, socket)
        }),
    })

  const connectionOn = (arrival: Arrival, socket: Net.Socket, first?: Uint8Array, dialect?: Dialect<Session>) => {
    const { address, carrier, certificate, secure } = arrival
    const plain = carrier.remoteAddress === undefined ? "unix" : "tcp"
    const transport = dialect === undefined ? (secure ? "tls" : plain) : `${dialect.name}${secure ? "s" : ""}`
    return new SocketConnection(transport, socket, { carrier, certificate, first, remoteAddress: address })
  }

  const talk = (arrival: Arrival, socket: Net.Socket, first?: Uint8Array, dialect?: Dialect<Session>) =>
    converse(connectionOn(arrival, socket, first, dialect), arrival.admission, dialect)

  const refuse = (arrival: Arrival, socket: Net.Socket, disconnect: Disconnect, first?: Uint8Array) =>
    sessions.refuse(connectionOn(arrival, socket, first, only), disconnect, only)

  /** Nothing has come in time, or will. */
  const giveUp = (arrival: Arrival, socket: Net.Socket): Effect.Effect<void, never, Sessions | ConnectionLimits> => {
    // In plain words it would not be understood.
    if (tls === "always" && !arrival.secure) return Effect.sync(() => socket.destroy())
    if (isDraining || arrival.admission !== "Admitted") return talk(arrival, socket, undefined, only)
    return refuse(arrival, socket, new Disconnect({ reason: "LoginTimeout" }))
  }

  return enter
})

const plainRefusal =
  "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nTLS is spoken here: https:// or wss://\n"

const ignore = (): void => {}

/** Opens places to listen in, whatever their kind, and hands over the sockets that are accepted there. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Dns from "node:dns/promises"
import * as Net from "node:net"
import { inherit } from "./internal/inherited.ts"
import { listenPrivately, remove } from "./internal/socketFile.ts"
import { ListenError } from "./ListenError.ts"
import * as Place from "./Place.ts"
import type { TcpSettings } from "./tcp/TcpSettings.ts"

type Kind<K extends Place.Place["kind"]> = Extract<Place.Place, { readonly kind: K }>

export interface OpeningSettings extends Pick<TcpSettings, "backlog" | "reusePort" | "keepAlive"> {
  /** Where the place was said, for errors; `listen` where nothing else is. */
  readonly setBy?: "port" | "listen"
  /**
   * When the service begins to end. A socket that somebody else has opened is left then: whoever comes waits in it for the
   * next service, instead of being told to come back.
   */
  readonly ending?: Effect.Effect<unknown>
  /**
   * When other nodes begin to take its clients. Nobody is accepted then any more: what is in front of the nodes, and whoever
   * knows several of them, goes to another at once.
   */
  readonly handingOver?: Effect.Effect<unknown>
}

interface Opening {
  /**
   * Opens a place, until the scope closes, and gives what is accepted there to `accept`: paused, and half-open, so that a
   * peer that has said everything may still be read to. Succeeds with the place as it is open: with the port that was
   * free, or the address of a socket that was open already.
   */
  readonly open: (
    place: Place.Place,
    settings: OpeningSettings,
    accept: (socket: Net.Socket) => void,
  ) => Effect.Effect<Place.Place, ListenError>
}

/**
 * To be made before whatever runs the connections. When the scope closes, those end first; then this one waits for their
 * sockets, which nobody would close if it came before them.
 */
export const make: Effect.Effect<Opening, never, Scope.Scope> = Effect.gen(function* () {
  const closing = new Set<Effect.Effect<void>>()
  yield* Effect.addFinalizer(() =>
    Effect.forEach(closing, (close) => close, { concurrency: "unbounded", discard: true }),
  )
  const scope = yield* Effect.scope
  const run = Effect.runForkWith(yield* Effect.context<never>())

  const serverFor = (settings: OpeningSettings, accept: (socket: Net.Socket) => void) => {
    const server = Net.createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: Duration.toMillis(settings.keepAlive),
      allowHalfOpen: true,
      pauseOnConnect: true,
    })
    server.on("connection", (socket) => {
      // A socket without addresses is one in the file system, or was reset before it was accepted: nobody is to take that
      // for the other.
      if (socket.remoteAddress === undefined && isTcp(server)) return void socket.destroy()
      accept(socket)
    })
    return server
  }
  const isOpen = (server: Net.Server) => {
    closing.add(closed(server))
    server.on("error", (cause) => run(Effect.logError("a connection could not be accepted", cause)))
  }

  const closeAfter = (server: Net.Server, moment: Effect.Effect<unknown> | undefined): Effect.Effect<unknown> =>
    moment === undefined
      ? Effect.void
      : Effect.forkIn(
          Effect.andThen(
            moment,
            Effect.sync(() => server.close()),
          ),
          scope,
        )

  const openTcp = Effect.fnUntraced(function* (
    place: Kind<"tcp">,
    settings: OpeningSettings,
    accept: (socket: Net.Socket) => void,
  ): Effect.fn.Return<Place.Place, ListenError> {
    let opened = 0
    const openOn = Effect.fnUntraced(function* (host: string, port: number) {
      const server = serverFor(settings, accept)
      const { backlog, reusePort, setBy = "listen" } = settings
      const refused = (cause: unknown) => new ListenError({ place: { ...place, host, port }, setBy, cause })
      yield* Effect.mapError(
        listening(server, () => server.listen({ host, port, backlog, reusePort })),
        refused,
      )
      isOpen(server)
      yield* closeAfter(server, settings.handingOver)
      opened++
      const address = server.address()
      return typeof address === "object" && address !== null ? address.port : port
    })

    const [first, ...others] = yield* hostsOf(place.host)
    const begun = yield* Effect.result(openOn(first, place.port))
    // This machine lacks the family, say: then the others are what there is.
    if (Result.isFailure(begun) && (others.length === 0 || !isAbsent(begun.failure))) return yield* begun.failure
    let port = Result.isSuccess(begun) ? begun.success : place.port
    for (const host of others) {
      const more = yield* Effect.result(openOn(host, port))
      if (Result.isSuccess(more)) port = more.success
      else if (opened === 0 || !isAbsent(more.failure)) return yield* more.failure
    }
    return { ...place, port }
  })

  const openUnix = Effect.fnUntraced(function* (
    place: Kind<"unix">,
    settings: OpeningSettings,
    accept: (socket: Net.Socket) => void,
  ): Effect.fn.Return<Place.Place, ListenError> {
    const server = serverFor(settings, accept)
    const refused = (cause: unknown) => new ListenError({ place, setBy: "listen", cause })
    const file = yield* Effect.mapError(
      listenPrivately(place, (path) =>
        listening(server, () => server.listen({ path, backlog: settings.backlog })).pipe(
          Effect.tap(() => Effect.sync(() => isOpen(server))),
          Effect.tap(() => closeAfter(server, settings.handingOver)),
        ),
      ),
      refused,
    )
    closing.add(remove(file))
    return place
  })

  const openInherited = Effect.fnUntraced(function* (
    place: Kind<"fd">,
    settings: OpeningSettings,
    accept: (socket: Net.Socket) => void,
  ): Effect.fn.Return<Place.Place, ListenError> {
    const server = serverFor(settings, accept)
    const refused = (cause: unknown) => new ListenError({ place, setBy: "listen", cause })
    const path = yield* Effect.mapError(inherit(place.fd), refused)
    yield* Effect.mapError(
      listening(server, () => server.listen({ fd: place.fd, backlog: settings.backlog })),
      refused,
    )
    isOpen(server)
    yield* closeAfter(server, settings.ending)
    const { language, tls } = place
    const address = server.address()
    if (typeof address === "object" && address !== null) {
      return { language, tls, kind: "tcp", host: address.address, port: address.port }
    }
    return path === undefined ? place : { language, tls, kind: "unix", path, mode: Place.privateMode }
  })

  return {
    open: (place, settings, accept) => {
      switch (place.kind) {
        case "tcp":
          return openTcp(place, settings, accept)
        case "unix":
          return openUnix(place, settings, accept)
        case "fd":
          return openInherited(place, settings, accept)
      }
    },
  }
})

/**
 * The addresses behind a host. Clients that are given a name try all of its addresses, or one of them, of which nobody
 * knows here: so all are listened on.
 */
const hostsOf = (host: string): Effect.Effect<NonEmptyReadonlyArray<string>> => {
  if (Net.isIP(host) !== 0) return Effect.succeed([host])
  if (host.toLowerCase() === "localhost") return Effect.succeed(["127.0.0.1", "::1"])
  return Effect.tryPromise(() => Dns.lookup(host, { all: true })).pipe(
    Effect.map((found): NonEmptyReadonlyArray<string> => {
      const [first = host, ...others] = new Set(found.map(({ address }) => address))
      return [first, ...others]
    }),
    // Listening on the name says what is wrong with it.
    Effect.orElseSucceed((): NonEmptyReadonlyArray<string> => [host]),
  )
}

/** Whether it is no address of this machine, which the others of a name may well be. */
const isAbsent = ({ cause }: ListenError): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "EADDRNOTAVAIL" || cause.code === "EAFNOSUPPORT")

/** Whether it has an address in a network. */
const isTcp = (server: Net.Server): boolean => {
  const address = server.address()
  return typeof address === "object" && address !== null
}

const listening = (server: Net.Server, begin: () => void): Effect.Effect<void, unknown> =>
  Effect.callback((resume) => {
    const fail = (cause: unknown) => resume(Effect.fail(cause))
    server.once("error", fail)
    try {
      begin()
    } catch (cause) {
      // A descriptor of the wrong kind throws.
      return fail(cause)
    }
    server.once("listening", () => {
      server.off("error", fail)
      resume(Effect.void)
    })
  })

/** Done when nothing is accepted any more and what was accepted has ended. */
const closed = (server: Net.Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
  })

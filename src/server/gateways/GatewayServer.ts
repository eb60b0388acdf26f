/** The service as a gateway has it: everything that sessions are about, and no storage, no channel and no request of HTTP. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import type { MessagePort } from "node:worker_threads"
import { Chat } from "../../chat/Chat.ts"
import { endFromHere, standingsHere } from "../../hub/audience/standings.ts"
import { ThreadNodes } from "../../cluster/threads/ThreadNodes.ts"
import { FileTurns as FilesTurns } from "../../files/FileTurns.ts"
import { Nodes } from "../../hub/nodes/Nodes.ts"
import { Readings } from "../../observability/Readings.ts"
import type { Sessions } from "../../session/Sessions.ts"
import { ConnectionLimits } from "../../transport/ConnectionLimits.ts"
import * as Doors from "../../transport/Doors.ts"
import * as Dialects from "../Dialects.ts"
import type { ListenError } from "../../transport/ListenError.ts"
import * as OpenFiles from "../../transport/OpenFiles.ts"
import * as PlaceListener from "../../transport/PlaceListener.ts"
import type { Place } from "../../transport/Place.ts"
import * as RelayDoor from "../../transport/relay/RelayDoor.ts"
import { TlsContext } from "../../transport/tls/TlsContext.ts"
import { drainOnClose, hubOn } from "../ChatServer.ts"
import * as Measures from "../internal/measures.ts"
import type { ServerSettings } from "../ServerSettings.ts"
import { joinedStoresLayer } from "../Storage.ts"
import * as Conversation from "./internal/Conversation.ts"
import * as FileTurns from "./internal/fileTurns.ts"
import * as KeptInMemory from "./internal/keptInMemory.ts"
import { logger } from "./internal/logLines.ts"
import { unpack } from "./internal/packed.ts"
import { toPlain } from "./PlainReadings.ts"
import type { GatewayData, ToGateway, ToMain } from "./questions.ts"

/** What there is once the layers are there, and is asked for over the port. */
interface Running {
  readonly listen: (place: Place) => Effect.Effect<void, ListenError>
  readonly chat: Chat["Service"]
  readonly tls: TlsContext["Service"]
  readonly readings: () => Readings
}

/** What goes on in the background is the main thread's affair. */
const withoutChores = (settings: ServerSettings): ServerSettings => ({
  ...settings,
  history: { ...settings.history, pruneEvery: Duration.infinity },
  files: { ...settings.files, sweepEvery: Duration.infinity },
})

/** Until the main thread has it end. */
export const serve = Effect.fnUntraced(function* (port: MessagePort, data: GatewayData) {
  const settings = withoutChores(unpack(data.settings))
  const threads = new ThreadNodes({ self: data.self, owner: data.owner })
  threads.attach(data.owner, data.port)
  const running = yield* Deferred.make<Running>()
  const ends = yield* Deferred.make<void>()
  const use = <A, E>(how: (running: Running) => Effect.Effect<A, E>) => Effect.flatMap(Deferred.await(running), how)

  const main: Conversation.Conversation<ToMain> = yield* Conversation.make<ToMain, ToGateway>(port, {
    Meet: ({ node, port }) => Effect.sync(() => threads.attach(node, port)),
    Listen: (place) => use(({ listen }) => listen(place)),
    Figures: () => use(({ readings }) => Effect.sync(() => readings().all.map(toPlain))),
    Standings: (page) => use(({ chat }) => Effect.sync(() => standingsHere(chat.gateway, page))),
    EndFrom: (address) => use(({ chat }) => Effect.sync(() => endFromHere(chat.gateway, address))),
    Reload: (packed) => use(({ tls }) => Effect.asVoid(tls.reload(unpack(packed).tls))),
    YieldFile: ({ turn }) => Effect.sync(() => turns.yield(turn)),
    End: () => Effect.asVoid(Deferred.succeed(ends, undefined)),
  })

  const turns = FileTurns.inGateway(main)
  const database = Effect.map(main.ask("Database", undefined), ({ port }) => port)
  const layers = hubOn(settings).pipe(
    Layer.provideMerge(
      settings.storage.kind === "memory" ? KeptInMemory.layer(main) : joinedStoresLayer(settings, database),
    ),
    Layer.provide([
      Layer.succeed(Nodes, threads.nodes),
      Layer.succeed(FilesTurns, turns),
      Layer.succeed(ConnectionLimits.Shared, { counters: data.counters, place: data.place }),
    ]),
  )
  yield* Effect.gen(function* () {
    yield* Deferred.succeed(running, yield* run(settings, data.relay))
    yield* main.ask("Ready", undefined)
    yield* Deferred.await(ends)
  }).pipe(
    Effect.scoped,
    Effect.provide(layers),
    Effect.provide([
      Logger.layer([logger((line) => main.tell("Log", line))]),
      Layer.succeed(References.MinimumLogLevel, "Debug"),
    ]),
  )
}, Effect.scoped)

/** Until the scope closes: then sessions are told to come back before listeners close. */
const run = Effect.fnUntraced(function* (
  settings: ServerSettings,
  relay: string,
): Effect.fn.Return<Running, never, Scope.Scope | Chat | Sessions | ConnectionLimits | TlsContext> {
  const chat = yield* Chat
  const tls = yield* TlsContext
  const context = yield* Effect.context<Sessions | ConnectionLimits>()
  const free = OpenFiles.free()
  // What the system lets the process open is for all threads; the main thread says so where it is little.
  if (free !== undefined) (yield* ConnectionLimits).fit(free)
  const source = yield* Measures.make({ folder: undefined, isReady: () => true })
  // Closed behind the drain.
  const doors = yield* Scope.fork(yield* Effect.scope)
  const dialects = yield* Scope.provide(Dialects.make(settings), doors)
  // HTTP/2 is passed on like the rest of HTTP.
  const http2 = settings.grpc.enabled
  const behind = { ...(yield* Scope.provide(Doors.behind(settings, []), doors)), dialects, http2 }
  const http = behind.http && RelayDoor.make({ here: behind.http, path: relay, settings: settings.http })
  yield* drainOnClose(settings.shutdown, { allEnd: true })
  return {
    chat,
    tls,
    readings: () => {
      const readings = new Readings()
      source(readings)
      return readings
    },
    listen: (place) =>
      PlaceListener.make(place, { ...settings.tcp, reusePort: true }, { ...behind, http }).listen.pipe(
        Effect.asVoid,
        Scope.provide(doors),
        Effect.provideContext(context),
      ),
  }
})

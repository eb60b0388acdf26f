/**
 * The threads that hold sockets and sessions, to the main thread, which has the channels and what is kept. Each is a node
 * that owns nothing.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import { MessageChannel } from "node:worker_threads"
import type { StandingsPage } from "../../hub/audience/standings.ts"
import { ThreadNodes } from "../../cluster/threads/ThreadNodes.ts"
import type { AddressRange } from "../../domain/AddressRange.ts"
import { NodeId } from "../../domain/NodeId.ts"
import * as FileTurns from "../../files/FileTurns.ts"
import type { Standings } from "../../hub/audience/Gateway.ts"
import { Nodes } from "../../hub/nodes/Nodes.ts"
import { SqlitePorts } from "../../storage/SqlitePorts.ts"
import { ConnectionLimits } from "../../transport/ConnectionLimits.ts"
import * as SharedCounts from "../../transport/SharedCounts.ts"
import type { Place } from "../../transport/Place.ts"
import type { ServerSettings } from "../ServerSettings.ts"
import { relogged } from "./internal/logLines.ts"
import * as KeptInMemory from "./internal/keptInMemory.ts"
import { pack } from "./internal/packed.ts"
import type { PlainReading } from "./PlainReadings.ts"
import { type Gateway, GatewayFailed, start } from "./internal/startGateway.ts"

export { GatewayFailed } from "./internal/startGateway.ts"

const main = NodeId.make("main")

/** Before one that has ended is started again. */
const pause = Duration.seconds(1)

/** Time that one has to say something of itself. */
const answersWithin = Duration.seconds(2)

/** Beyond what sessions have to end, before one that does not is ended. */
const endsWithin = Duration.seconds(5)

/** How many places a page can begin at within one thread. */
const placesOfOne = 2 ** 40

export class Gateways extends Context.Service<
  Gateways,
  {
    /** Starts them; `relay` is the socket on which this thread takes what they pass on. */
    readonly begin: (relay: string) => Effect.Effect<void, GatewayFailed>
    /** Has all of them listen in a place, of which the port is known. */
    readonly listen: (place: Place) => Effect.Effect<void, GatewayFailed>
    readonly figures: Effect.Effect<ReadonlyArray<ReadonlyArray<PlainReading>>>
    /** A page of how sessions are doing; first come those of this thread, which `here` lists. */
    readonly standings: (page: StandingsPage, here: (page: StandingsPage) => Standings) => Effect.Effect<Standings>
    readonly endFrom: (address: AddressRange) => Effect.Effect<number>
    /** Their certificates are read again. */
    readonly reload: (settings: ServerSettings["tls"]) => Effect.Effect<void>
    /** Their sessions are told to come back, and they end. */
    readonly end: Effect.Effect<void>
  }
>()("natter/server/Gateways") {
  /** So many, with the nodes that this thread and they are. */
  static readonly layer = (settings: ServerSettings, count: number): Layer.Layer<Gateways> =>
    Layer.unwrap(
      Effect.gen(function* () {
        const threads = new ThreadNodes({ self: main, owner: main })
        const counters = SharedCounts.make(count + 1, yield* Random.nextInt)
        const turns = FileTurns.make()
        return Layer.mergeAll(
          Layer.effect(Gateways, make(settings, count, { threads, counters, turns })),
          Layer.succeed(FileTurns.FileTurns, turns),
          Layer.succeed(Nodes, threads.nodes),
          Layer.succeed(ConnectionLimits.Shared, { counters, place: 0 }),
        )
      }),
    )
}

/** What all threads have together. */
interface Together {
  readonly threads: ThreadNodes
  readonly counters: SharedCounts.SharedCounters
  readonly turns: FileTurns.FileTurnsShape
}

const make = Effect.fnUntraced(function* (
  settings: ServerSettings,
  count: number,
  { counters, threads, turns }: Together,
) {
  const scope = yield* Effect.scope
  const ports = yield* SqlitePorts
  const memory = settings.storage.kind === "memory" ? yield* KeptInMemory.here : KeptInMemory.nothing
  const running: Array<Gateway | undefined> = Array.from({ length: count }, () => undefined)
  const places: Array<Place> = []
  let tls = settings.tls
  let starts = 0
  let ending = false
  let path = ""

  const live = (): ReadonlyArray<Gateway> => running.flatMap((gateway) => gateway ?? [])

  const failed = (error: { readonly message: string }) => new GatewayFailed({ problem: error.message })

  const meet = (one: Gateway, other: Gateway) =>
    Effect.suspend(() => {
      const { port1, port2 } = new MessageChannel()
      return Effect.all([
        one.ask("Meet", { node: other.node, port: port1 }),
        other.ask("Meet", { node: one.node, port: port2 }),
      ])
    })

  const startOne = Effect.fnUntraced(function* (at: number) {
    const own = yield* Scope.fork(scope)
    const gateway = yield* start({
      node: NodeId.make(`g${++starts}`),
      owner: main,
      threads,
      settings: pack({ ...settings, tls }),
      relay: path,
      counters,
      turns,
      place: at + 1,
      database: () => ports?.open(),
      memory,
      log: (line) => relogged(line, `gateway ${at + 1}`),
    }).pipe(
      Scope.provide(own),
      Effect.onError(() => Scope.close(own, Exit.void)),
    )
    running[at] = gateway
    yield* Effect.forkIn(watch(at, gateway, own), scope)
    return gateway
  })

  /** One that ends by itself is started again. */
  const watch = (at: number, gateway: Gateway, own: Scope.Closeable): Effect.Effect<void> =>
    gateway.ended.pipe(
      Effect.tap(() => Scope.close(own, Exit.void)),
      Effect.flatMap((why) => {
        running[at] = undefined
        SharedCounts.forget(counters, at + 1)
        return ending
          ? Effect.void
          : Effect.andThen(Effect.logError(`a thread for connections has ended: ${why}`), again(at))
      }),
    )

  const again = (at: number): Effect.Effect<void> =>
    Effect.suspend(() => (ending ? Effect.void : replace(at))).pipe(
      Effect.catch((error) => Effect.andThen(Effect.logError(error.message), again(at))),
      Effect.delay(pause),
    )

  const replace = Effect.fnUntraced(function* (at: number) {
    const others = live()
    const gateway = yield* startOne(at)
    yield* Effect.forEach(others, (other) => Effect.ignore(meet(gateway, other)), { discard: true })
    yield* Effect.forEach(places, (place) => gateway.ask("Listen", place), { discard: true })
  })

  /** What each of them answers that does so in time. */
  const ofAll = <A, E>(ask: (gateway: Gateway) => Effect.Effect<A, E>): Effect.Effect<ReadonlyArray<A>> =>
    Effect.map(
      Effect.forEach(live(), (gateway) => Effect.option(Effect.timeout(ask(gateway), answersWithin)), {
        concurrency: "unbounded",
      }),
      (answers) => answers.flatMap((answer) => (answer._tag === "Some" ? [answer.value] : [])),
    )

  const standings = (page: StandingsPage, here: (page: StandingsPage) => Standings): Effect.Effect<Standings> =>
    Effect.gen(function* () {
      const { after = 0, limit } = page
      const first = Math.floor(after / placesOfOne)
      const found: Array<Standings["sessions"][number]> = []
      for (let at = first; at <= count; at++) {
        const rest = { ...page, limit: limit - found.length, after: at === first ? after % placesOfOne : 0 }
        const gateway = running[at - 1]
        const asked = gateway && Effect.timeoutOption(gateway.ask("Standings", rest), answersWithin)
        const answer = at === 0 ? here(rest) : asked && valueOf(yield* Effect.orElseSucceed(asked, () => undefined))
        found.push(...(answer?.sessions ?? []))
        if (answer?.next !== undefined) return { sessions: found, next: at * placesOfOne + answer.next }
        if (found.length === limit && at < count) return { sessions: found, next: (at + 1) * placesOfOne }
      }
      return { sessions: found, next: undefined }
    })

  const patience = Duration.sum(settings.shutdown.grace, endsWithin)

  return Gateways.of({
    begin: Effect.fnUntraced(function* (relay) {
      path = relay
      const started = yield* Effect.forEach(running.keys(), startOne, { concurrency: "unbounded" })
      for (const [at, one] of started.entries()) {
        yield* Effect.mapError(
          Effect.forEach(started.slice(0, at), (other) => meet(one, other), { discard: true }),
          failed,
        )
      }
    }),
    listen: (place) =>
      Effect.suspend(() => {
        places.push(place)
        return Effect.mapError(
          Effect.forEach(live(), (gateway) => gateway.ask("Listen", place), { discard: true }),
          failed,
        )
      }),
    figures: Effect.suspend(() => ofAll((gateway) => gateway.ask("Figures", undefined))),
    standings,
    endFrom: (address) =>
      Effect.map(
        Effect.suspend(() => ofAll((gateway) => gateway.ask("EndFrom", address))),
        (ended) => ended.reduce((sum, sessions) => sum + sessions, 0),
      ),
    reload: (given) =>
      Effect.suspend(() => {
        tls = given
        return Effect.asVoid(ofAll((gateway) => gateway.ask("Reload", pack({ ...settings, tls }))))
      }),
    end: Effect.suspend(() => {
      ending = true
      const end = (gateway: Gateway) => Effect.andThen(Effect.ignore(gateway.ask("End", undefined)), gateway.ended)
      return Effect.forEach(live(), (gateway) => Effect.timeoutOption(end(gateway), patience), {
        concurrency: "unbounded",
        discard: true,
      })
    }),
  })
})

const valueOf = <A>(option: { readonly _tag: "Some"; readonly value: A } | { readonly _tag: "None" } | undefined) =>
  option?._tag === "Some" ? option.value : undefined

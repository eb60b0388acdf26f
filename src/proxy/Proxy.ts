/** A TCP proxy on which things go wrong as they are told to. */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import { type Address, format } from "../domain/Address.ts"
import type { Applied, Direction, Fault, Order } from "./Fault.ts"
import { dial, listen } from "./internal/sockets.ts"
import { Link, side } from "./internal/link.ts"
import { NoSuchFault, NoSuchLink, type ProxyListenError, TooManyFaults } from "./ProxyError.ts"
import type { Counters, ProxyState } from "./ProxyState.ts"

export interface ProxySettings {
  readonly target: Address
  /** Where it listens; 127.0.0.1 and any free port without a word. */
  readonly listen?: Address | undefined
  /** The same seed, the same jitter and the same bytes changed on the n-th link. */
  readonly seed?: string | number | undefined
  /** Links at once; what is above is refused. 1024 without a word. */
  readonly maxLinks?: number | undefined
  /** A link on which nothing arrived for this to twice this time is cut. 1 hour without a word. */
  readonly idle?: Duration.Duration | undefined
  /** To reach the target: 10 s without a word. */
  readonly connectWithin?: Duration.Duration | undefined
  /** When its scope closes, what is on the way may arrive within this time; 0 without a word. */
  readonly drainWithin?: Duration.Duration | undefined
}

/** Faults in force at once. */
const mostFaults = 64

export class Proxy extends Context.Service<
  Proxy,
  {
    /** Where it listens. */
    readonly address: Address
    /**
     * Puts a fault in force, for all links and those that come, or for one; what happens once, happens now. With an
     * `id` that is in force already it takes that one's place.
     */
    readonly apply: (order: Order, id?: string) => Effect.Effect<Applied, NoSuchLink | TooManyFaults>
    readonly takeBack: (id: string) => Effect.Effect<void, NoSuchFault>
    readonly takeBackAll: Effect.Effect<void>
    readonly state: Effect.Effect<ProxyState>
  }
>()("natter/proxy/Proxy") {
  static readonly make = (
    settings: ProxySettings,
  ): Effect.Effect<(typeof Proxy)["Service"], ProxyListenError, Scope.Scope> => make(settings)

  static readonly layer = (settings: ProxySettings) => Layer.effect(Proxy, make(settings))
}

const make = Effect.fnUntraced(function* (
  settings: ProxySettings,
): Effect.fn.Return<(typeof Proxy)["Service"], ProxyListenError, Scope.Scope> {
  const { maxLinks = 1024, idle = Duration.hours(1), connectWithin = Duration.seconds(10) } = settings
  const links = new Map<number, Link>()
  const faults = new Map<string, Applied>()
  const counters: { -readonly [K in keyof Counters]: Counters[K] } = {
    opened: 0,
    refused: 0,
    unreachable: 0,
    ended: 0,
    cut: 0,
    up: 0,
    down: 0,
    lost: 0,
    corrupted: 0,
  }
  let named = 0

  const counted = (direction: Direction) => ({
    arrived: (bytes: number) => void (counters[direction] += bytes),
    lost: (bytes: number) => void (counters.lost += bytes),
    corrupted: (bytes: number) => void (counters.corrupted += bytes),
  })
  const meeting = (link: number): Array<Fault> =>
    [...faults.values()].filter((one) => one.link === undefined || one.link === link).map(({ fault }) => fault)
  const refresh = () => {
    for (const link of links.values()) link.set(meeting(link.id))
  }

  // Registered first, so that the scope ends them last, after the drain.
  const run = yield* FiberSet.makeRuntime<never>()
  const server = Net.createServer({ noDelay: true, allowHalfOpen: true })
  server.on("connection", (raw) => {
    const refused = meeting(0).some(({ _tag }) => _tag === "Refuse")
    if (refused || links.size >= maxLinks) {
      counters.refused++
      raw.on("error", () => {})
      raw.resetAndDestroy()
      return
    }
    const link = new Link(++counters.opened, String(settings.seed ?? 0), side(raw), counted)
    links.set(link.id, link)
    link.set(meeting(link.id))
    run(
      link.run(dial(settings.target, connectWithin), idle).pipe(
        Effect.tap((how) => Effect.sync(() => counters[how === "broken" ? "ended" : how]++)),
        Effect.ensuring(Effect.sync(() => gone(link.id))),
      ),
    )
  })

  /** What was ordered for one link goes with it. */
  const gone = (link: number) => {
    links.delete(link)
    for (const [id, one] of faults) if (one.link === link) faults.delete(id)
  }

  const takeBack = (id: string) => {
    const found = faults.delete(id)
    if (found) refresh()
    return found
  }

  const apply = Effect.fnUntraced(function* (order: Order, id?: string) {
    const { fault, link } = order
    const met = link === undefined ? [...links.values()] : [links.get(link)].filter((one) => one !== undefined)
    if (link !== undefined && met.length === 0) return yield* new NoSuchLink({ link })
    const applied: Applied = { id: id ?? `fault-${++named}`, fault, ...(link === undefined ? {} : { link }) }
    if (fault._tag === "Cut") for (const one of met) one.cut()
    else if (fault._tag === "HalfClose") for (const one of met) one.halfClose(fault.direction)
    else {
      if (faults.size >= mostFaults && !faults.has(applied.id)) return yield* new TooManyFaults({ most: mostFaults })
      faults.set(applied.id, applied)
      refresh()
      if (order.for !== undefined) {
        // Not one that took its place meanwhile.
        const over = Effect.sync(() => faults.get(applied.id) === applied && takeBack(applied.id))
        run(Effect.delay(over, order.for))
      }
    }
    return applied
  })

  const address = yield* listen(server, settings.listen ?? { host: "127.0.0.1", port: 0 })
  yield* Effect.addFinalizer(() => drain(settings.drainWithin ?? Duration.zero))

  const drain = Effect.fnUntraced(function* (within: Duration.Duration) {
    const closed = Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
    })
    for (const link of links.values()) link.drain()
    yield* Effect.timeoutOption(closed, within)
  })

  return Proxy.of({
    address,
    apply,
    takeBack: (id) => Effect.suspend(() => (takeBack(id) ? Effect.void : Effect.fail(new NoSuchFault({ id })))),
    takeBackAll: Effect.sync(() => {
      faults.clear()
      refresh()
    }),
    state: Effect.sync(() => ({
      listening: format(address),
      target: format(settings.target),
      faults: [...faults.values()],
      counters: { ...counters },
      links: [...links.values()].map(({ bytes, down, from, id, up }) => ({
        id,
        from,
        up: bytes.up,
        down: bytes.down,
        inFlight: up.inFlight + down.inFlight,
      })),
    })),
  })
})

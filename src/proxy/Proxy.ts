/** A TCP proxy that injects faults into the connections that go through it. */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import { type Address, format } from "../domain/Address.ts"
import type { ActiveFault, Direction, Fault, FaultRequest } from "./Fault.ts"
import { endsOf, introduce, type Introduction } from "./internal/introduction.ts"
import { dial, listen } from "./internal/sockets.ts"
import { Link, side } from "./internal/Link.ts"
import { NoSuchFault, NoSuchLink, type ProxyListenError, TooManyFaults } from "./ProxyError.ts"
import type { Counters, ProxyState } from "./ProxyState.ts"

export interface ProxySettings {
  readonly target: Address
  /** Where it listens. Default: any free port of 127.0.0.1. */
  readonly listen?: Address | undefined
  /** Says to the target who the client is, in that version of the PROXY protocol, before anything goes wrong. */
  readonly introduce?: Introduction | undefined
  /** The same seed gives the n-th link the same jitter, and changes the same of its bytes. */
  readonly seed?: string | number | undefined
  /** Links at once; further ones are refused. Default: 1024. */
  readonly maxLinks?: number | undefined
  /** A link on which nothing arrives for once to twice this time is cut. Default: 1 hour. */
  readonly idle?: Duration.Duration | undefined
  /** Time to connect to the target. Default: 10 s. */
  readonly connectWithin?: Duration.Duration | undefined
  /** Time for bytes in flight to arrive when the scope closes. Default: none. */
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
     * Puts a fault in force for one link, or for all present and future ones; a fault that happens once happens now.
     * A fault that is in force under the same `id` is replaced.
     */
    readonly apply: (request: FaultRequest, id?: string) => Effect.Effect<ActiveFault, NoSuchLink | TooManyFaults>
    readonly remove: (id: string) => Effect.Effect<void, NoSuchFault>
    readonly removeAll: Effect.Effect<void>
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
  const faults = new Map<string, ActiveFault>()
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

  const countersOf = (direction: Direction) => ({
    arrived: (bytes: number) => void (counters[direction] += bytes),
    lost: (bytes: number) => void (counters.lost += bytes),
    corrupted: (bytes: number) => void (counters.corrupted += bytes),
  })
  const faultsOf = (link: number): Array<Fault> =>
    [...faults.values()].filter((one) => one.link === undefined || one.link === link).map(({ fault }) => fault)
  const refresh = () => {
    for (const link of links.values()) link.set(faultsOf(link.id))
  }

  // Registered first, so that the scope ends them last, after the drain.
  const run = yield* FiberSet.makeRuntime<never>()
  const server = Net.createServer({ noDelay: true, allowHalfOpen: true })
  server.on("connection", (raw) => {
    const refused = faultsOf(0).some(({ _tag }) => _tag === "Refuse")
    if (refused || links.size >= maxLinks) {
      counters.refused++
      raw.on("error", () => {})
      raw.resetAndDestroy()
      return
    }
    const link = new Link(++counters.opened, String(settings.seed ?? 0), side(raw), countersOf)
    links.set(link.id, link)
    link.set(faultsOf(link.id))
    const ends = endsOf(raw)
    const target = dial(settings.target, connectWithin).pipe(
      Effect.tap((there) =>
        Effect.sync(() => {
          if (settings.introduce !== undefined) there.write(introduce(settings.introduce, ends))
        }),
      ),
    )
    run(
      link.run(target, idle).pipe(
        Effect.tap((how) => Effect.sync(() => counters[how === "broken" ? "ended" : how]++)),
        Effect.ensuring(Effect.sync(() => forget(link.id))),
      ),
    )
  })

  /** The faults of a single link are removed together with it. */
  const forget = (link: number) => {
    links.delete(link)
    for (const [id, one] of faults) if (one.link === link) faults.delete(id)
  }

  const remove = (id: string) => {
    const found = faults.delete(id)
    if (found) refresh()
    return found
  }

  const apply = Effect.fnUntraced(function* (request: FaultRequest, id?: string) {
    const { fault, link } = request
    const affected = link === undefined ? [...links.values()] : [links.get(link)].filter((one) => one !== undefined)
    if (link !== undefined && affected.length === 0) return yield* new NoSuchLink({ link })
    const active: ActiveFault = { id: id ?? `fault-${++named}`, fault, ...(link === undefined ? {} : { link }) }
    if (fault._tag === "Cut") for (const one of affected) one.cut()
    else if (fault._tag === "HalfClose") for (const one of affected) one.halfClose(fault.direction)
    else {
      if (faults.size >= mostFaults && !faults.has(active.id)) return yield* new TooManyFaults({ most: mostFaults })
      faults.set(active.id, active)
      refresh()
      if (request.for !== undefined) {
        // The fault may have been replaced by another of the same name meanwhile, which stays.
        const over = Effect.sync(() => faults.get(active.id) === active && remove(active.id))
        run(Effect.delay(over, request.for))
      }
    }
    return active
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
    remove: (id) => Effect.suspend(() => (remove(id) ? Effect.void : Effect.fail(new NoSuchFault({ id })))),
    removeAll: Effect.sync(() => {
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

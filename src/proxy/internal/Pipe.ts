/** One direction of a link: receives bytes from one endpoint, and sends them to the other when the conditions allow. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import { noConditions, type Conditions } from "./conditions.ts"
import { Corruption } from "./Corruption.ts"
import type { BrokenConnection, Endpoint } from "./Endpoint.ts"

/** Bytes in flight, at most. It bounds what a link holds in memory; with 1 s of delay it allows 2 Mbit/s. */
const inFlightBytes = 256 * 1024
/** Pieces in flight, at most, so that many tiny pieces do not cost more memory than their bytes. */
const inFlightPieces = 1024
/**
 * Where the rate is limited, the bytes of this many milliseconds are sent at once: few enough to look even, enough to be
 * cheap. What was not sent in time for so long, since timers are late, is made up for.
 */
const slice = 50
/** Less than a timer can wait, in milliseconds: it is waited for together with what comes behind. */
const tooShort = 1

/** More exact than whole milliseconds: at a high rate many pieces are due in each. */
const moment = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1_000_000)

/** `due` is in milliseconds that only go forward. Undefined bytes are the end of the stream. */
interface Piece {
  readonly bytes: Uint8Array | undefined
  readonly due: number
}

export interface TrafficCounters {
  readonly arrived: (bytes: number) => void
  readonly lost: (bytes: number) => void
  readonly corrupted: (bytes: number) => void
}

export class Pipe {
  conditions: Conditions = noConditions
  /** Something that was sent was lost. */
  hasLost = false
  inFlight = 0
  /** When the line will have sent what was given to it, at the rate that it had. */
  private freeAt = Number.NEGATIVE_INFINITY
  private readonly moving = Latch.makeUnsafe(true)
  private readonly whole = Latch.makeUnsafe(true)
  private readonly room = Latch.makeUnsafe(true)
  private readonly counters: TrafficCounters
  private readonly seed: string

  constructor(seed: string, counters: TrafficCounters) {
    this.seed = seed
    this.counters = counters
  }

  set(conditions: Conditions): void {
    this.conditions = conditions
    if (conditions.stalled) this.moving.closeUnsafe()
    else this.moving.openUnsafe()
    if (conditions.lossy) this.whole.closeUnsafe()
    else this.whole.openUnsafe()
  }

  /** Done as soon as nothing is lost here. */
  get untilLossless(): Effect.Effect<void> {
    return this.whole.await
  }

  /** Done when the end of the stream was passed on. */
  readonly carry = (from: Endpoint, to: Endpoint): Effect.Effect<void, BrokenConnection> =>
    Effect.gen({ self: this }, function* () {
      const pieces = yield* Queue.bounded<Piece>(inFlightPieces)
      // Each pipe has random numbers of its own, so that they do not depend on which link moves first.
      const jitter = yield* Effect.service(Random.Random).pipe(Random.withSeed(`${this.seed}/jitter`))
      const chance = yield* Effect.service(Random.Random).pipe(Random.withSeed(`${this.seed}/corrupt`))
      const corruption = new Corruption(() => chance.nextDoubleUnsafe())
      const receive = this.receive(from, pieces, () => jitter.nextDoubleUnsafe())
      const send = this.send(to, pieces, corruption)
      yield* Effect.all([receive, send], { concurrency: "unbounded", discard: true })
    })

  private readonly receive = Effect.fnUntraced(
    { self: this },
    function* (
      from: Endpoint,
      pieces: Queue.Queue<Piece>,
      chance: () => number,
    ): Effect.fn.Return<void, BrokenConnection> {
      let last = 0
      while (true) {
        yield* this.moving.await
        yield* this.room.await
        const bytes = yield* from.pull
        const { delay, jitter, lossy } = this.conditions
        if (lossy) {
          this.lose(bytes)
          if (bytes === undefined) return yield* Effect.never
          continue
        }
        // Never before what was sent earlier.
        last = Math.max(last, (yield* moment) + delay + (jitter > 0 ? Math.round(chance() * jitter) : 0))
        this.fill(bytes?.length ?? 0)
        yield* Queue.offer(pieces, { bytes, due: last })
        if (bytes === undefined) return
      }
    },
  )

  private readonly send = Effect.fnUntraced(
    { self: this },
    function* (
      to: Endpoint,
      pieces: Queue.Queue<Piece>,
      corruption: Corruption,
    ): Effect.fn.Return<void, BrokenConnection> {
      while (true) {
        const { bytes, due } = yield* Queue.take(pieces)
        const wait = due - (yield* moment)
        if (wait > 0) yield* Effect.sleep(wait)
        yield* this.moving.await
        if (bytes === undefined) {
          if (!this.conditions.lossy) return yield* to.end
          this.lose(bytes)
          return yield* Effect.never
        }
        yield* this.write(to, bytes, due, corruption)
      }
    },
  )

  /** Writes in pieces as large as the limit allows, each after the time that it takes at that rate. */
  private readonly write = Effect.fnUntraced(
    { self: this },
    function* (
      to: Endpoint,
      bytes: Uint8Array,
      due: number,
      corruption: Corruption,
    ): Effect.fn.Return<void, BrokenConnection> {
      for (let at = 0; at < bytes.length;) {
        yield* this.moving.await
        const { bytesPerSecond } = this.conditions
        const limited = Number.isFinite(bytesPerSecond)
        const length = limited
          ? Math.min(bytes.length - at, Math.max(1, Math.floor((bytesPerSecond * slice) / 1000)))
          : bytes.length - at
        if (limited) {
          const now = yield* moment
          // It waits for the line, not for the timer that woke the line late.
          this.freeAt = Math.max(this.freeAt, due, now - slice) + (length / bytesPerSecond) * 1000
          if (this.freeAt - now >= tooShort) yield* Effect.sleep(this.freeAt - now)
        }
        yield* this.moving.await
        const piece = bytes.subarray(at, at + length)
        at += length
        const { corrupt, lossy } = this.conditions
        if (lossy) this.lose(piece)
        else {
          const { changed, result } = corruption.apply(piece, corrupt)
          yield* to.write(result)
          this.counters.arrived(length)
          if (changed > 0) this.counters.corrupted(changed)
        }
        this.fill(-length)
      }
    },
  )

  private lose(bytes: Uint8Array | undefined): void {
    this.hasLost = true
    if (bytes !== undefined) this.counters.lost(bytes.length)
  }

  private fill(bytes: number): void {
    this.inFlight += bytes
    if (this.inFlight >= inFlightBytes) this.room.closeUnsafe()
    else this.room.openUnsafe()
  }
}

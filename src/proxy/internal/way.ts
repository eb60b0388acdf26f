/** One direction of a link: takes bytes in at one end, and lets them out at the other when the conditions allow. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import { calm, type Conditions } from "./conditions.ts"
import { Corruption } from "./corruption.ts"
import type { Broken, End } from "./end.ts"

/** Bytes on the way at once: at 1 s of delay that is 2 Mbit/s, and it bounds what a link holds in memory. */
const inFlightBytes = 256 * 1024
/** And pieces, so that single bytes cannot cost more than they are. */
const inFlightPieces = 1024
/** Seconds of a limited way that are sent in one piece: small enough to look even, large enough to be cheap. */
const slice = 0.05

/** `due` in milliseconds; no bytes are the end. */
interface Piece {
  readonly bytes: Uint8Array | undefined
  readonly due: number
}

export interface Counted {
  readonly arrived: (bytes: number) => void
  readonly lost: (bytes: number) => void
  readonly corrupted: (bytes: number) => void
}

export class Way {
  conditions: Conditions = calm
  /** Something that was sent here will never arrive. */
  hasLost = false
  inFlight = 0
  private readonly moving = Latch.makeUnsafe(true)
  private readonly whole = Latch.makeUnsafe(true)
  private readonly room = Latch.makeUnsafe(true)
  private readonly counted: Counted
  private readonly seed: string

  constructor(seed: string, counted: Counted) {
    this.seed = seed
    this.counted = counted
  }

  set(conditions: Conditions): void {
    this.conditions = conditions
    if (conditions.stalled) this.moving.closeUnsafe()
    else this.moving.openUnsafe()
    if (conditions.lossy) this.whole.closeUnsafe()
    else this.whole.openUnsafe()
  }

  /** Done when nothing is lost here. */
  get heals(): Effect.Effect<void> {
    return this.whole.await
  }

  /** Done when the end was passed on. */
  readonly carry = (from: End, to: End): Effect.Effect<void, Broken> =>
    Effect.gen({ self: this }, function* () {
      const pieces = yield* Queue.bounded<Piece>(inFlightPieces)
      // Chances of their own for each way, so that they do not depend on which link moved first.
      const jitter = yield* Effect.service(Random.Random).pipe(Random.withSeed(`${this.seed}/jitter`))
      const chance = yield* Effect.service(Random.Random).pipe(Random.withSeed(`${this.seed}/corrupt`))
      const corruption = new Corruption(() => chance.nextDoubleUnsafe())
      const takeIn = this.takeIn(from, pieces, () => jitter.nextDoubleUnsafe())
      const letOut = this.letOut(to, pieces, corruption)
      yield* Effect.all([takeIn, letOut], { concurrency: "unbounded", discard: true })
    })

  private readonly takeIn = Effect.fnUntraced(
    { self: this },
    function* (from: End, pieces: Queue.Queue<Piece>, chance: () => number): Effect.fn.Return<void, Broken> {
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
        // Never before what was sent before.
        last = Math.max(
          last,
          (yield* Clock.currentTimeMillis) + delay + (jitter > 0 ? Math.round(chance() * jitter) : 0),
        )
        this.fill(bytes?.length ?? 0)
        yield* Queue.offer(pieces, { bytes, due: last })
        if (bytes === undefined) return
      }
    },
  )

  private readonly letOut = Effect.fnUntraced(
    { self: this },
    function* (to: End, pieces: Queue.Queue<Piece>, corruption: Corruption): Effect.fn.Return<void, Broken> {
      while (true) {
        const { bytes, due } = yield* Queue.take(pieces)
        const wait = due - (yield* Clock.currentTimeMillis)
        if (wait > 0) yield* Effect.sleep(wait)
        yield* this.moving.await
        if (bytes === undefined) {
          if (!this.conditions.lossy) return yield* to.end
          this.lose(bytes)
          return yield* Effect.never
        }
        yield* this.write(to, bytes, corruption)
      }
    },
  )

  /** In pieces as the limit says, each after the time that it takes. */
  private readonly write = Effect.fnUntraced(
    { self: this },
    function* (to: End, bytes: Uint8Array, corruption: Corruption): Effect.fn.Return<void, Broken> {
      for (let at = 0; at < bytes.length;) {
        yield* this.moving.await
        const { bytesPerSecond } = this.conditions
        const limited = Number.isFinite(bytesPerSecond)
        const length = limited
          ? Math.min(bytes.length - at, Math.max(1, Math.floor(bytesPerSecond * slice)))
          : bytes.length - at
        if (limited) yield* Effect.sleep((length / bytesPerSecond) * 1000)
        yield* this.moving.await
        const piece = bytes.subarray(at, at + length)
        at += length
        const { corrupt, lossy } = this.conditions
        if (lossy) this.lose(piece)
        else {
          const { changed, result } = corruption.apply(piece, corrupt)
          yield* to.write(result)
          this.counted.arrived(length)
          if (changed > 0) this.counted.corrupted(changed)
        }
        this.fill(-length)
      }
    },
  )

  private lose(bytes: Uint8Array | undefined): void {
    this.hasLost = true
    if (bytes !== undefined) this.counted.lost(bytes.length)
  }

  private fill(bytes: number): void {
    this.inFlight += bytes
    if (this.inFlight >= inFlightBytes) this.room.closeUnsafe()
    else this.room.openUnsafe()
  }
}

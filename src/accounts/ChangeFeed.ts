import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { AccountChange } from "./AccountChange.ts"
import type { StorageError } from "./AccountError.ts"

/** A change and its place in the order of all changes. */
export interface Entry {
  readonly seq: number
  readonly change: AccountChange
}

/** Entries that are kept. A subscriber that still runs is never this far behind. */
export const kept = 10_000

/** How soon a change made by another process is seen. */
const pollEvery = "2 seconds"

/**
 * Turns a log of changes into a stream. Each subscriber reads on from its own place in the log,
 * so a slow one costs no memory and misses nothing. Call `announce` after an append: subscribers
 * in this process then read at once, without waiting for the next poll.
 */
export const make = (log: {
  readonly latest: Effect.Effect<number, StorageError>
  /** A page of what follows `seq`, in order. */
  readonly after: (seq: number) => Effect.Effect<ReadonlyArray<Entry>, StorageError>
}) =>
  Effect.gen(function* () {
    const appended = yield* Latch.make()

    // A store that cannot be reached for a moment must not end the stream: sessions that have to
    // end would stay.
    const persist = <A>(read: Effect.Effect<A, StorageError>): Effect.Effect<A> =>
      read.pipe(
        Effect.tapError((error) => Effect.logWarning("account changes can't be read", error.cause)),
        Effect.retry(Schedule.spaced(pollEvery)),
        Effect.orDie, // an endless schedule never gives up
        Effect.withTracerEnabled(false), // a poll is not worth a span
      )

    const next = Effect.fnUntraced(function* (seq: number) {
      while (true) {
        const entries = yield* persist(log.after(seq))
        if (Arr.isReadonlyArrayNonEmpty(entries)) {
          return [entries.map((entry) => entry.change), Option.some(Arr.lastNonEmpty(entries).seq)] as const
        }
        yield* Effect.timeoutOption(appended.await, pollEvery)
      }
    })

    const changes: Stream.Stream<AccountChange> = Stream.unwrap(
      Effect.map(persist(log.latest), (seq) => Stream.paginate(seq, next)),
    )
    let announced = 0
    const announce = Effect.suspend(() => {
      announced++
      return Effect.asVoid(appended.release)
    })
    const heed = () => {
      announced++
      appended.openUnsafe()
      appended.closeUnsafe()
    }
    return { changes, announce, heed, announced: () => announced }
  })

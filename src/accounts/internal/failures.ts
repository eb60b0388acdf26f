import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Monotonic from "../../domain/Monotonic.ts"
import { LruMap } from "../../domain/LruMap.ts"
import type { PeersShape } from "../../peers/Peers.ts"
import { TooManyLogins } from "../AccountError.ts"

interface Entry {
  /** When the counted failures happened, oldest first; never more than the limit. */
  times: Array<number>
  /** Attempts running or waiting. */
  users: number
  /** As many permits as failures are left. */
  readonly turns: Semaphore.Semaphore
}

/** The other nodes, which count the same. */
interface Sharing {
  readonly peers: PeersShape
  readonly of: "accounts" | "addresses"
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number
}

/** Keys that a node is told of that has just come: those that were tried last. */
const maxGreeting = 1000

/**
 * Counts failures per key in a sliding window of milliseconds. Keys are remembered up to `maxKeys`;
 * beyond, the one that was longest without an attempt is forgotten. Several nodes count together: what fails at one is told
 * to the others at once, so that only what is tried at several in the same moment is more than the limit.
 */
export const make = (options: {
  readonly limit: number
  readonly window: number
  readonly maxKeys: number
  readonly sharing?: Sharing | undefined
}) => {
  const { limit, maxKeys, sharing, window } = options
  const entries = new LruMap<string, Entry>()

  const enter = (key: string): Entry => {
    const entry = entries.use(key) ?? add(key)
    entry.users++
    return entry
  }

  const add = (key: string): Entry => {
    const entry: Entry = { times: [], users: 0, turns: Semaphore.makeUnsafe(limit) }
    entries.set(key, entry)
    if (entries.size > maxKeys) entries.removeOldest()
    return entry
  }

  const leave = (key: string, entry: Entry) =>
    Effect.sync(() => {
      entry.users--
      if (entry.users === 0 && entry.times.length === 0 && entries.get(key) === entry) entries.delete(key)
    })

  const heard = (key: string, times: ReadonlyArray<number>, known: boolean): void => {
    const entry = entries.use(key) ?? add(key)
    if (!known) entry.times = [...entry.times, ...times].slice(-limit)
    else if (times.length > entry.times.length) entry.times = times.slice(-limit)
  }

  if (sharing !== undefined) {
    const { now, of, peers } = sharing
    peers.hear("FailedLogins", (notice) => {
      if (notice.of !== of) return
      const at = now()
      for (const { ages, key } of notice.failures)
        heard(
          key,
          ages.map((age) => at - age),
          notice.known,
        )
    })
    peers.hear("RightLogin", ({ key }) => {
      const entry = of === "accounts" ? entries.get(key) : undefined
      if (entry !== undefined) entry.times = []
    })
    peers.whenLinked((node) => {
      const at = now()
      const known = Array.from(entries.entries(), ([key, { times }]) => ({ key, ages: times.map((time) => at - time) }))
      const failures = known.filter(({ ages }) => ages.length > 0).slice(-maxGreeting)
      if (failures.length > 0) peers.tell({ type: "FailedLogins", of, failures, known: true }, node)
    })
  }

  const withNow = <A, E, R>(use: (now: number) => Effect.Effect<A, E, R>) => Effect.flatMap(Monotonic.now, use)

  // At least one permit stays, even where no attempt is left: those who wait need a turn in which they are refused.
  const fit = (entry: Entry) => entry.turns.resize(Math.max(1, limit - entry.times.length))

  const admit = (entry: Entry) =>
    withNow((now) => {
      entry.times = entry.times.filter((time) => time > now - window)
      return entry.times.length < limit
        ? fit(entry)
        : Effect.fail(new TooManyLogins({ retryAfter: Duration.millis(entry.times[0]! + window - now) }))
    })

  return {
    /** How many keys are remembered. */
    size: () => entries.size,

    guard: <A, E, R>(
      key: string,
      attempt: Effect.Effect<A, E, R>,
      { isFailure, resets }: { readonly isFailure: (error: E) => boolean; readonly resets: boolean },
    ): Effect.Effect<A, E | TooManyLogins, R> =>
      Effect.suspend(() => {
        const entry = enter(key)
        const counted = Effect.tapError(attempt, (error) =>
          isFailure(error)
            ? withNow((now) => {
                entry.times.push(now)
                sharing?.peers.tell({
                  type: "FailedLogins",
                  of: sharing.of,
                  failures: [{ key, ages: [0] }],
                  known: false,
                })
                return fit(entry)
              })
            : Effect.void,
        )
        const settled = resets
          ? Effect.tap(counted, () => {
              if (entry.times.length > 0) sharing?.peers.tell({ type: "RightLogin", key })
              entry.times = []
              return fit(entry)
            })
          : counted
        return admit(entry).pipe(
          Effect.andThen(entry.turns.withPermit(Effect.andThen(admit(entry), settled))),
          Effect.ensuring(leave(key, entry)),
        )
      }),
  }
}

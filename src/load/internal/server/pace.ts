/** When each of many requests is due, in milliseconds by whatever clock. */
import * as Arr from "effect/Array"

export interface Limits {
  /** No request begins from this time on. Otherwise a server that stands still would be waited for without end. */
  readonly end: number
  /** Requests in all. */
  readonly count: number
}

export interface Pace {
  /** When the next one is due; `undefined` once none is. */
  readonly next: (now: number) => number | undefined
  /** Whether no further request is due, neither now nor later. */
  readonly isOver: (now: number) => boolean
  /** When those requests were due that were not taken up to now. */
  readonly untaken: (now: number) => Iterable<number>
}

/**
 * Open loop: each request is due at its time, whether or not those before it were answered. One that is sent later than
 * that is late, and its latency counts from when it was due.
 */
const steady = (first: number, interval: number, { count, end }: Limits): Pace => {
  const all = Math.max(0, Math.min(count, Math.ceil((end - first) / interval)))
  let taken = 0
  const isOver = (now: number) => taken >= all || now >= end
  return {
    next: (now) => (isOver(now) ? undefined : first + taken++ * interval),
    isOver,
    *untaken(now) {
      for (let due = first + taken * interval; taken < all && due < now; due = first + ++taken * interval) yield due
    },
  }
}

/** Closed loop: a request is due whenever a sender is free for it. */
export const eager = ({ count, end }: Limits): Pace => {
  let taken = 0
  const isOver = (now: number) => taken >= count || now >= end
  return {
    next: (now) => {
      if (isOver(now)) return undefined
      taken++
      return now
    },
    isOver,
    untaken: () => [],
  }
}

/** The same over several paces, each of which counts once. */
export function* untaken(paces: ReadonlyArray<Pace>, now: number): Iterable<number> {
  for (const pace of new Set(paces)) yield* pace.untaken(now)
}

/** Open loop, in turns: a pace for each of several senders, who together send so many requests a second. */
export const shares = (
  start: number,
  perSecond: number,
  parts: number,
  { count, end }: Limits,
): Arr.NonEmptyReadonlyArray<Pace> =>
  Arr.makeBy(parts, (part) =>
    steady(start + (part * 1000) / perSecond, (parts * 1000) / perSecond, {
      count: Math.ceil((count - part) / parts),
      end,
    }),
  )

/** When each of many requests is due, in milliseconds by whatever clock. */
import * as Arr from "effect/Array"

export interface Limits {
  /** Nothing is begun from this moment on, or a server that stands still would be waited for without end. */
  readonly end: number
  /** Requests in all. */
  readonly count: number
}

export interface Pace {
  /** When the next one is due; `undefined` once none is. */
  readonly next: (now: number) => number | undefined
  /** Whether anything is due, now or later. */
  readonly isOver: (now: number) => boolean
  /** Those that were due and that nobody took. */
  readonly untaken: () => number
}

/**
 * Open loop: each is due at its moment, whether or not those before it were answered. One that is taken later than that
 * is late, and its latency counts from when it was due.
 */
const steady = (first: number, interval: number, { count, end }: Limits): Pace => {
  const all = Math.max(0, Math.min(count, Math.ceil((end - first) / interval)))
  let taken = 0
  const isOver = (now: number) => taken >= all || now >= end
  return {
    next: (now) => (isOver(now) ? undefined : first + taken++ * interval),
    isOver,
    untaken: () => all - taken,
  }
}

/** Closed loop: one is due whenever somebody is free for it. */
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
    untaken: () => 0,
  }
}

/** Those that were due and that nobody of all took. */
export const untaken = (paces: ReadonlyArray<Pace>): number => {
  let sum = 0
  for (const pace of new Set(paces)) sum += pace.untaken()
  return sum
}

/** Open loop, in turns: the paces of so many who together are as fast as this, in requests a second. */
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

/** When what was not taken is sent again, and when that makes no sense. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type { Verdict } from "../Attempt.ts"
import type { OutboundError, OutboundAnswer } from "../outbound/Outbound.ts"

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Milliseconds to wait behind each attempt that failed; behind the last there is none: it is a dead letter. */
const waits: ReadonlyArray<number> = [5 * second, 30 * second, 2 * minute, 10 * minute, hour, 6 * hour]
const longest = 6 * hour
/** So much of a wait is left to chance: receivers that were away are not all asked at the same moment. */
const jitter = 0.2

/** Answers that say that another try makes sense, beside those of a server in trouble (5xx). */
const passing = [408, 425, 429]

export const ofAnswer = ({ retryAfter, status }: OutboundAnswer): Verdict => {
  if (status >= 200 && status < 300) return { type: "Taken" }
  const error = `it answered ${status}`
  if (status >= 500 || passing.includes(status)) return { type: "Later", error, retryAfter }
  if (status === 410) return { type: "Gone", error }
  if (status >= 300 && status < 400) return { type: "Never", error: `${error}: no redirection is followed` }
  return { type: "Never", error }
}

export const ofError = ({ detail, reason }: OutboundError): Verdict =>
  reason === "Refused" ? { type: "Never", error: detail } : { type: "Later", error: detail }

/** What a receiver asked for, in milliseconds from now; undefined where that is neither seconds nor a date. */
const asked = (retryAfter: string | undefined, now: number): number | undefined => {
  if (retryAfter === undefined) return undefined
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * second
  const date = Option.getOrUndefined(DateTime.make(retryAfter))
  return date === undefined ? undefined : DateTime.toEpochMillis(date) - now
}

/** Milliseconds to wait behind the attempt with this number, the first is 1; undefined where it was the last. */
export const waitBehind = (
  attempt: number,
  retryAfter: string | undefined,
  now: number,
): Effect.Effect<number | undefined> => {
  const wait = waits[attempt - 1]
  if (wait === undefined) return Effect.undefined
  const wish = asked(retryAfter, now)
  if (wish !== undefined) return Effect.succeed(Math.min(Math.max(wish, second), longest))
  return Effect.map(Random.next, (chance) => Math.round(wait * (1 - jitter + 2 * jitter * chance)))
}

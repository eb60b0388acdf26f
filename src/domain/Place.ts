/** Places in a channel, and those beside them: for whoever has no use for the schema (`Seq`). */
import type { Brand } from "effect/Brand"

export type Place = number & Brand<"Seq">

/** Throws where a number is no place. */
export const make = (n: number): Place => {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is no place in a channel`)
  return n as Place
}

export const zero = make(0)

/** The place behind. Without the schema's check: it runs for every message, and one more is one more. */
export const next = (place: Place): Place => (place + 1) as Place

/** The place before one that a message has. */
export const before = (place: Place): Place => (place - 1) as Place

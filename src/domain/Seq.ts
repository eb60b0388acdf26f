import * as Schema from "effect/Schema"
import { maxInteger } from "./Limits.ts"

/** A message's place in its channel: 1, 2, 3 … without gaps; 0 is the place before the first. */
export const Seq = Schema.Int.check(
  Schema.isBetween(
    { minimum: 0, maximum: maxInteger },
    {
      title: "Seq",
      description: "a message's place in its channel: 1, 2, 3 … without gaps; 0 is the place before the first",
    },
  ),
).pipe(Schema.brand("Seq"))
export type Seq = typeof Seq.Type

export const zero: Seq = Seq.make(0)

/** The place behind. Without the schema's check: it runs for every message, and one more is one more. */
export const next = (seq: Seq): Seq => (seq + 1) as Seq

/** The place before one that a message has. */
export const before = (seq: Seq): Seq => (seq - 1) as Seq

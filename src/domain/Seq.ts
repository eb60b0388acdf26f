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

export { before, next, zero } from "./Place.ts"

/**
 * Versions of what nodes say to each other, in links and in the calls of the runtime. It is a higher one where what was said
 * means something else, or can no longer be left out; more words alone make none (docs/adr/0061).
 */
import * as Schema from "effect/Schema"

/** From one to another, both of them included. */
export const Versions = Schema.Struct({ min: Schema.Int, max: Schema.Int })
export interface Versions extends Schema.Schema.Type<typeof Versions> {}

export const own: Versions = { min: 1, max: 1 }

/** Nodes said nothing of it before there was a second. */
export const unsaid: Versions = { min: 1, max: 1 }

export const share = (one: Versions, other: Versions): boolean => one.min <= other.max && other.min <= one.max

export const format = ({ max, min }: Versions): string => (min === max ? `version ${min}` : `versions ${min} to ${max}`)

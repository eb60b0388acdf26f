import * as DateTime from "effect/DateTime"

/** Milliseconds since 1970 as people and programs read them; null stays null. */
export const time = (millis: number | null): string | null =>
  millis === null ? null : DateTime.formatIso(DateTime.makeUnsafe(millis))

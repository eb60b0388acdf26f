import * as DateTime from "effect/DateTime"

/** Milliseconds since 1970 as ISO 8601; null stays null. */
export const time = (millis: number | null): string | null =>
  millis === null ? null : DateTime.formatIso(DateTime.makeUnsafe(millis))

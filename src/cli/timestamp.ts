import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"

/** Milliseconds since 1970 as ISO 8601; null stays null. */
export const time = (millis: number | null): string | null =>
  millis === null ? null : DateTime.formatIso(DateTime.makeUnsafe(millis))

/** Milliseconds as people write a length of time. */
export const period = (millis: number): string => Duration.format(Duration.millis(millis))

import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"

/** Milliseconds since 1970 as ISO 8601, for programs; null stays null. */
export const time = (millis: number | null): string | null =>
  millis === null ? null : DateTime.formatIso(DateTime.makeUnsafe(millis))

/** The same for people: to the minute, where they are. */
export const localTime = (millis: number | null): string | null =>
  millis === null
    ? null
    : DateTime.formatIsoOffset(DateTime.makeZonedUnsafe(millis, { timeZone: DateTime.zoneMakeLocal() }))
        .slice(0, "2000-01-01T00:00".length)
        .replace("T", " ")

/** The one or the other. */
export const timeFor = (json: boolean): ((millis: number | null) => string | null) => (json ? time : localTime)

/** Milliseconds as people write a length of time. */
export const period = (millis: number): string => Duration.format(Duration.millis(millis))

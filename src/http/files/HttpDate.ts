/** Dates as headers have them: whole seconds. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

export const write = (millis: number): string => DateTime.toDateUtc(DateTime.makeUnsafe(millis)).toUTCString()

const maxLength = 40

/** Seconds since 1970; undefined where it is no date. */
export const read = (date: string | undefined): number | undefined =>
  date === undefined || date.length > maxLength
    ? undefined
    : Option.getOrUndefined(
        Option.map(DateTime.make(date), (moment) => Math.floor(DateTime.toEpochMillis(moment) / 1000)),
      )

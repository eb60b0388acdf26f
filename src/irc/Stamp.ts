/** Moments as IRCv3 writes them: `2026-11-30T06:00:00.000Z`. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

export const write = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

/** In milliseconds since 1970; undefined where it is none, or of before. */
export const read = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const millis = Option.getOrUndefined(DateTime.make(text))?.epochMilliseconds
  return millis === undefined || millis < 0 ? undefined : millis
}

/** A length of time as people write it. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const words: Record<string, string> = { milli: "ms", millisecond: "ms", second: "s", sec: "s", minute: "m", min: "m" }
const longest = 24 * 3_600_000

/** `100ms`, `1.5s`, `2m`, `100 millis`, `2 seconds`, or a number of milliseconds; at most a day. */
export const parse = (given: string | number): Option.Option<Duration.Duration> => {
  const [, amount, written = ""] = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]*)\s*$/.exec(String(given)) ?? []
  if (amount === undefined) return Option.none()
  const unit = written === "" ? 1 : (units[written] ?? units[words[written.replace(/s$/, "")] ?? ""])
  if (unit === undefined) return Option.none()
  const millis = Number(amount) * unit
  return millis <= longest ? Option.some(Duration.millis(millis)) : Option.none()
}

const expected = "a time such as 100ms, 1.5s or 2m, or a number of milliseconds; at most 24h"

/** Decodes what `parse` reads; encodes as a number of milliseconds. */
export const Time = Schema.Union([Schema.String, Schema.Finite]).pipe(
  Schema.decodeTo(Schema.Duration, {
    decode: SchemaGetter.transformEffect((given: string | number, options) =>
      Effect.mapError(
        Effect.fromOption(parse(given)),
        () => new SchemaIssue.InvalidValue({ expected }, given, options),
      ),
    ),
    encode: SchemaGetter.transform((time): string | number => Duration.toMillis(time)),
  }),
)

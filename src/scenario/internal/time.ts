import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** A duration as plain data: milliseconds, 0 or more, not necessarily whole. */
export const Millis = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** `"5 seconds"`, `Duration.minutes(2)`, or a number of milliseconds. */
export const millis = (time: Duration.Input): number => Duration.toMillis(time)

// Numbers as flags.
import * as Schema from "effect/Schema"
import * as Flag from "effect/cli/Flag"

const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

export const wholeNumber = (name: string, minimum: number, maximum: number, otherwise: number) =>
  Flag.Int(name).pipe(Flag.withSchema(whole(minimum, maximum)), Flag.withDefault(otherwise))

/** `100,1000` → `[100, 1000]` */
export const wholeNumbers = (name: string, minimum: number, maximum: number, otherwise: ReadonlyArray<number>) =>
  Flag.String(name).pipe(
    Flag.map((list) => list.split(",").map(Number)),
    Flag.withSchema(Schema.Array(whole(minimum, maximum))),
    Flag.withDefault(otherwise),
  )

import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

const part = Effect.map(Random.nextIntBetween(0, 36 ** 9), (n) => n.toString(36).padStart(9, "0"))

/** For records of files that begin (docs/adr/0045). */
export const freshIdentity: Effect.Effect<string> = Effect.map(Effect.all([part, part, part]), (parts) =>
  parts.join(""),
)

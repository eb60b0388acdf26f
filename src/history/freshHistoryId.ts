import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { HistoryId } from "../domain/HistoryId.ts"

const part = Effect.map(Random.nextIntBetween(0, 36 ** 9), (n) => n.toString(36).padStart(9, "0"))

/** For a history that begins, or that is no longer what it was. */
export const freshHistoryId: Effect.Effect<HistoryId> = Effect.map(Effect.all([part, part]), ([one, other]) =>
  HistoryId.make(`${one}${other}`),
)

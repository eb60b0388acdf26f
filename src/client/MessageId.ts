import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { MessageId } from "../domain/MessageId.ts"

const word = Effect.map(Random.nextInt, (n) => Math.abs(n).toString(36))

/** An id for a new message: about 100 random bits. */
export const fresh: Effect.Effect<MessageId> = Effect.map(
  Effect.all([word, word]),
  ([a, b]) => `${a}-${b}` as MessageId,
)

import * as Effect from "effect/Effect"
import * as SecureRandom from "effect/crypto/SecureRandom"
import { TransferId } from "../../domain/TransferId.ts"

/** Makes ids of transfers. An embedding program need not bring a source of random numbers. */
export const freshTransferId: Effect.Effect<Effect.Effect<TransferId>> = Effect.map(
  Effect.serviceOption(SecureRandom.SecureRandom),
  (random) =>
    Effect.map(random._tag === "Some" ? random.value.uuidV4() : Effect.sync(() => crypto.randomUUID()), (id) =>
      TransferId.make(id),
    ),
)

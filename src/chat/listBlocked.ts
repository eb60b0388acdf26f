import type * as Effect from "effect/Effect"
import type { RequestError } from "../domain/RequestError.ts"
import type { Person } from "../domain/User.ts"
import { readable } from "./internal/inChannel.ts"
import { operation } from "./Operation.ts"

/** Whose direct messages the user does not want; at most 1000. */
export const listBlocked = operation(
  "reading",
  [],
  (chat, { by }, _: {}): Effect.Effect<ReadonlyArray<Person>, RequestError> =>
    readable("list who is blocked", chat.channels.blocked(by.user.id, chat.clock.currentTimeMillisUnsafe())),
)

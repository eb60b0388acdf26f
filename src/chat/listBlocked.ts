import * as Effect from "effect/Effect"
import { nameOf } from "../domain/Direct.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { hasChannel } from "../domain/Scope.ts"
import type { Person } from "../domain/User.ts"
import { readable } from "./internal/inChannel.ts"
import { operation } from "./Operation.ts"

/** Whose direct messages the user does not want; at most 1000. */
export const listBlocked = operation(
  "listBlocked",
  "reading",
  [],
  (chat, { by, scope }, _: {}): Effect.Effect<ReadonlyArray<Person>, RequestError> =>
    Effect.map(
      readable("list who is blocked", chat.channels.blocked(by.user.id, chat.clock.currentTimeMillisUnsafe())),
      (people) => (scope === undefined ? people : people.filter((other) => hasChannel(scope, nameOf(other)))),
    ),
)

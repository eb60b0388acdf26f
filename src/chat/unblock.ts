import type * as Effect from "effect/Effect"
import type { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { conversation, inDirect } from "./internal/blocking.ts"
import { blocking, operation } from "./Operation.ts"

/** The user gets direct messages from somebody again. */
export const unblock = operation(
  "unblock",
  "administration",
  blocking,
  (chat, caller, { username }: { readonly username: Username }): Effect.Effect<void, RequestError> =>
    inDirect("Unban", chat, caller, username),
  conversation,
)

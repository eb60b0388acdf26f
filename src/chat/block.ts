import type * as Effect from "effect/Effect"
import type { RequestError } from "../domain/RequestError.ts"
import type { Username } from "../domain/Username.ts"
import { conversation, inDirect } from "./internal/blocking.ts"
import { blocking, operation } from "./Operation.ts"

/** From now on the user gets no direct messages from somebody, who is not told. */
export const block = operation(
  "block",
  "administration",
  blocking,
  (chat, caller, { username }: { readonly username: Username }): Effect.Effect<void, RequestError> =>
    inDirect("Ban", chat, caller, username),
  conversation,
)

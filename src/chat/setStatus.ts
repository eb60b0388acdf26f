import * as Effect from "effect/Effect"
import type { Appearance } from "../domain/Appearance.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { operation } from "./Operation.ts"

/** Changes how present the user is, in every channel and for every session of the user. */
export const setStatus = operation(
  "status",
  [],
  (chat, { by }, appearance: Appearance): Effect.Effect<void, RequestError> =>
    Effect.flatMap(
      chat.directory.setAppearance(by.user.id, appearance),
      Effect.forEach((link) => Effect.ignore(link.tell({ type: "SetAppearance", user: by.user.id, appearance })), {
        discard: true,
      }),
    ),
)

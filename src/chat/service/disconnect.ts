import * as Effect from "effect/Effect"
import { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import { asOperator } from "../internal/asOperator.ts"
import { noted } from "../internal/noted.ts"
import { operation } from "../Operation.ts"

/** Ends a session, which is told that an administrator did so. Its user may sign in again. For administrators of the service. */
export const disconnect = operation(
  "disconnect",
  "administration",
  ["Forbidden", "NoSuchSession"],
  (chat, caller, { id }: { readonly id: SessionId }): Effect.Effect<void, RequestError> =>
    asOperator(caller, () =>
      chat.directory.dismiss(id, new Disconnect({ reason: "Dismissed" })).pipe(
        Effect.filterOrFail(
          ({ sessions }) => sessions > 0,
          () => new RequestError({ reason: "NoSuchSession", field: "id" }),
        ),
        Effect.tap(Effect.logWarning(`${caller.by.user.name} has ended the session ${id}`)),
        noted(chat, caller, ({ whose }) => ({ action: "disconnect", whom: whose, detail: id })),
        Effect.asVoid,
      ),
    ),
)

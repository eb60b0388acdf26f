/** How an operation gets at the accounts, and for whom. */
import * as Effect from "effect/Effect"
import type { Accounts } from "../../accounts/Accounts.ts"
import { type AccountError, toRequestError } from "../../accounts/requestError.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Caller } from "../Caller.ts"
import type { ChatShape } from "../Chat.ts"

type Use<A> = (accounts: Accounts["Service"]) => Effect.Effect<A, AccountError | RequestError>

/** What any operation on accounts can be refused with. */
export const withAccount = ["Forbidden", "NotSupported"] as const

const forbidden = (detail: string) => new RequestError({ reason: "Forbidden", detail })

const told = (error: AccountError | RequestError): Effect.Effect<never, RequestError> => {
  if (error._tag === "RequestError") return Effect.fail(error)
  const failed = Effect.fail(toRequestError(error))
  return error._tag === "StorageError"
    ? Effect.andThen(Effect.logError("accounts could not be read or written", error.cause), failed)
    : failed
}

const within = <A>({ accounts }: ChatShape, use: Use<A>): Effect.Effect<A, RequestError> =>
  accounts === undefined
    ? Effect.fail(new RequestError({ reason: "NotSupported", detail: "There are no accounts here" }))
    : Effect.catch(
        Effect.suspend(() => use(accounts)),
        told,
      )

/** For who has an account, about that. */
export const asOwner = <A>(chat: ChatShape, { by }: Caller, use: Use<A>): Effect.Effect<A, RequestError> =>
  by.user.role === "guest" ? Effect.fail(forbidden("A guest has no account")) : within(chat, use)

/** For administrators of the service, about everybody. */
export const asAdministrator = <A>(chat: ChatShape, { by }: Caller, use: Use<A>): Effect.Effect<A, RequestError> =>
  by.user.role === "admin" ? within(chat, use) : Effect.fail(forbidden("This is for administrators of the service"))

/** Who asks: whom the request's credentials are. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { IncomingMessage } from "node:http"
import { Accounts } from "../accounts/Accounts.ts"
import { Chat } from "../chat/Chat.ts"
import { RequestError } from "../domain/RequestError.ts"
import { unavailable } from "../domain/StoreTrouble.ts"
import type { WebClient } from "../domain/WebClient.ts"
import type { Asker } from "./Handler.ts"

export type Authorize = (request: IncomingMessage, client: WebClient) => Effect.Effect<Asker, RequestError>

/** What stands behind `Bearer`; undefined where there is none. */
const bearerIn = ({ headers: { authorization = "" } }: IncomingMessage): Redacted.Redacted | undefined => {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
  return token === undefined ? undefined : Redacted.make(token)
}

const missing = ({ headers: { authorization } }: IncomingMessage) =>
  new RequestError({
    reason: "NotAuthenticated",
    detail:
      authorization === undefined
        ? "Sign in first: send a token, as in Authorization: Bearer nat_…"
        : "Of the ways to authenticate there is Bearer, with one token",
  })

export const make: Effect.Effect<Authorize, never, Chat | Accounts> = Effect.gen(function* () {
  const accounts = yield* Accounts
  const chat = yield* Chat
  return (request, { address }) =>
    Effect.suspend(() => {
      const token = bearerIn(request)
      if (token === undefined) return Effect.fail(missing(request))
      return Effect.mapBoth(accounts.authenticate(token, address), {
        onSuccess: (identity): Asker => {
          const { user } = identity
          const limits = chat.limitsOf(user, address)
          return { caller: { by: { user, address, limited: true }, memberships: undefined, limits }, identity }
        },
        onFailure: (error) =>
          error._tag === "StorageError" ? unavailable(error.trouble) : new RequestError({ reason: error._tag }),
      })
    })
})

/** Who asks: whom the request's credentials are. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { IncomingMessage } from "node:http"
import type { Accounts } from "../accounts/Accounts.ts"
import * as Bearers from "../chat/account/Bearers.ts"
import type { Chat } from "../chat/Chat.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { WebClient } from "../domain/WebClient.ts"
import * as Csrf from "./Csrf.ts"
import type { Asker } from "./Handler.ts"
import * as SessionCookie from "./SessionCookie.ts"

export interface Authorize {
  /** Who was found to have these credentials a moment ago; undefined where that is not known. */
  readonly known: (request: IncomingMessage, client: WebClient) => Asker | undefined
  readonly find: (request: IncomingMessage, client: WebClient) => Effect.Effect<Asker, RequestError>
}

const missing = (authorization: string | undefined) =>
  new RequestError({
    reason: "NotAuthenticated",
    detail:
      authorization === undefined
        ? "Sign in first, at POST /api/v1/session, and send the token, as in Authorization: Bearer nat_…"
        : "Of the ways to authenticate there is Bearer, with one token",
  })

export const make: Effect.Effect<Authorize, never, Chat | Accounts | Scope.Scope> = Effect.gen(function* () {
  const bearers = yield* Bearers.make

  /** By the token in a cookie, where a page of ours asks. */
  const byCookie = (request: IncomingMessage, client: WebClient): Effect.Effect<Asker, RequestError> => {
    const cookie = SessionCookie.tokenIn(request, client)
    if (cookie === undefined) return Effect.fail(missing(undefined))
    const refusal = Csrf.refusal(request, client, cookie)
    if (refusal !== undefined) return Effect.fail(refusal)
    return Effect.map(bearers.byToken(cookie, client.address), (bearer) => ({ ...bearer, cookie }))
  }

  return {
    known: ({ headers: { authorization } }, { address }) =>
      authorization === undefined ? undefined : bearers.known(authorization, address),
    find: (request, client) =>
      Effect.suspend(() => {
        const { authorization } = request.headers
        if (authorization === undefined) return byCookie(request, client)
        return bearers.find(authorization, client.address, () => missing(authorization))
      }),
  }
})

import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccessTokens, IssuedAccessToken } from "../../accounts/AccessTokens.ts"
import type { Accounts } from "../../accounts/Accounts.ts"
import { toRequestError } from "../../accounts/requestError.ts"
import { sessionLabel } from "../../accounts/sessionLabel.ts"
import * as WebTokens from "../../accounts/WebTokens.ts"
import type { ChatShape } from "../../chat/Chat.ts"
import { mayUse } from "../../chat/account/mayUse.ts"
import * as operations from "../../chat/account/operations.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Meter } from "../../observability/Meters.ts"
import { counted } from "../../observability/signIns.ts"
import type { Session } from "../api/Session.ts"
import * as Csrf from "../Csrf.ts"
import { ask, type HandlersOf } from "../Handler.ts"
import * as SessionCookie from "../SessionCookie.ts"
import { tokenInfo, written } from "../Tokens.ts"

type Handlers = HandlersOf<typeof Session>
type SignIn = Parameters<Handlers["signIn"]>[0]

/** Why nobody signs in by a cookie here; undefined where one may. */
const cookieRefusal = ({ client, request }: SignIn): RequestError | undefined => {
  if (Csrf.isForeign(request, client)) {
    return new RequestError({ reason: "CsrfRefused", detail: "A cookie is for pages of this service alone" })
  }
  if (SessionCookie.isPossible(client)) return undefined
  return new RequestError({
    reason: "NotSupported",
    field: "cookie",
    detail: "A cookie is not sent without TLS; a proxy in front has to say that it has TLS (X-Forwarded-Proto)",
  })
}

const accessToken = ({ expiresAt, token }: IssuedAccessToken) => ({
  token: Redacted.value(token),
  expires_at: expiresAt,
})

/** Nothing is kept of a guest that another token could stand on: a guest has the one by which the guest comes back. */
const guestToken = (token: string) => ({ token, expires_at: null })

/** What stands in the header after the kind. */
const bearerOf = ({ headers: { authorization } }: SignIn["request"]): string =>
  authorization?.replace(/^\S+ +/, "").trim() ?? ""

export const session = (
  chat: ChatShape,
  accounts: Accounts["Service"],
  accessTokens: AccessTokens["Service"],
  meter: Meter,
): Handlers => ({
  signIn: (asked) =>
    Effect.gen(function* () {
      const { client, payload } = asked
      const byCookie = payload.cookie === true
      const refusal = byCookie ? cookieRefusal(asked) : undefined
      if (refusal !== undefined) return yield* refusal
      const isNew: { registered?: true } = {}
      const signIn = accounts.signIn({
        username: payload.username,
        password: Redacted.make(payload.password),
        address: client.address,
        invite: payload.invite === undefined ? undefined : Redacted.make(payload.invite),
        register: payload.register,
        onRegistered: () => {
          if (payload.register !== undefined) isNew.registered = true
        },
      })
      const user = yield* counted(
        meter,
        "password",
        Effect.andThen(mayUse(chat, accounts, payload.username), Effect.mapError(signIn, toRequestError)),
      )
      // Always a new one: what the browser brought may have been planted.
      const { id, token } = yield* Effect.mapError(
        accounts.issueToken(user, { label: sessionLabel(byCookie ? "browser" : "http", client.address) }),
        toRequestError,
      )
      const issued =
        user.role === "guest"
          ? { access_token: guestToken(Redacted.value(token)) }
          : yield* accessTokens.issue({ user, tokenId: id }).pipe(
              Effect.mapBoth({
                onSuccess: (issued) => ({ access_token: accessToken(issued) }),
                onFailure: toRequestError,
              }),
            )
      const secret = true as const
      return byCookie
        ? {
            body: { user, csrf_token: Csrf.tokenOf(token), ...issued, ...isNew },
            headers: SessionCookie.set(client, token),
            secret,
          }
        : { body: { user, token: Redacted.value(token), ...issued, ...isNew }, secret }
    }),

  get: ask(
    chat,
    operations.me,
    () => ({}),
    ({ scope, tokenId, user }, { asker: { cookie } }) => ({
      body: {
        user,
        ...(tokenId === undefined ? {} : { token_id: tokenId }),
        ...written(scope),
        ...(cookie === undefined ? {} : { csrf_token: Csrf.tokenOf(cookie) }),
      },
      secret: true,
    }),
  ),

  // Whoever has a token may give it up, whatever it is for.
  signOut: ({ asker: { cookie, identity }, client }) => {
    const headers = cookie === undefined ? {} : SessionCookie.clear(client)
    const { tokenId } = identity
    const revoked =
      tokenId === undefined
        ? Effect.void
        : // One that was forgotten meanwhile is as good as revoked.
          Effect.mapError(
            Effect.catchTag(accounts.revokeToken(tokenId), "TokenNotFound", () => Effect.void),
            toRequestError,
          )
    return Effect.as(revoked, { body: undefined, headers })
  },

  accessToken: ({ asker: { cookie, identity }, request }) => {
    const { scope, tokenId, user } = identity
    const given = cookie === undefined ? bearerOf(request) : Redacted.value(cookie)
    if (WebTokens.isWellFormed(given)) {
      const detail = "An access token gets no other: ask by the session's token or the API key"
      return Effect.fail(new RequestError({ reason: "Forbidden", detail }))
    }
    if (tokenId === undefined) return Effect.succeed({ body: guestToken(given), secret: true as const })
    return accessTokens.issue({ user, tokenId, scope }).pipe(
      Effect.mapBoth({
        onSuccess: (issued) => ({ body: accessToken(issued), secret: true as const }),
        onFailure: toRequestError,
      }),
    )
  },

  list: ask(
    chat,
    operations.listSessions,
    () => ({}),
    (sessions) => ({ body: { sessions: sessions.map(tokenInfo) } }),
  ),

  revoke: ask(chat, operations.revokeSession, ({ params }) => params),
})

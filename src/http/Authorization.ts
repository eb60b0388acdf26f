/** Who asks: whom the request's credentials are. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import { Accounts } from "../accounts/Accounts.ts"
import { toRequestError } from "../accounts/requestError.ts"
import { requesterOf } from "../chat/Caller.ts"
import { Chat } from "../chat/Chat.ts"
import { Generations } from "../domain/Generations.ts"
import * as Monotonic from "../domain/Monotonic.ts"
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

/**
 * Milliseconds for which somebody who was found is not looked for again: as long as it takes until a token is known to be
 * revoked that was revoked by another process. What this one revokes is forgotten at once, and nobody is remembered for longer
 * than the token is good.
 */
const rememberedFor = 2000
/** At least, and at most twice as many. */
const remembered = 4096

interface Found {
  readonly asker: Asker
  readonly until: number
  /** By then. */
  readonly announced: number
}

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
        ? "Sign in first, at POST /api/v1/session, and send the token, as in Authorization: Bearer nat_…"
        : "Of the ways to authenticate there is Bearer, with one token",
  })

/** By which credentials are remembered, for as long: in this process's memory, and never said. */
const keyOf = (authorization: string, address: string): string => `${address} ${authorization}`

export const make: Effect.Effect<Authorize, never, Chat | Accounts | Scope.Scope> = Effect.gen(function* () {
  const accounts = yield* Accounts
  const chat = yield* Chat
  const clock = yield* Clock.Clock
  let found = new Generations<string, Found>(remembered)
  yield* accounts.changes.pipe(
    Stream.runForEach(() => Effect.sync(() => void (found = new Generations(remembered)))),
    Effect.forkScoped,
  )

  const byToken = (token: Redacted.Redacted, address: string): Effect.Effect<Asker, RequestError> =>
    Effect.flatMap(Effect.mapError(accounts.authenticate(token, address), toRequestError), (identity) => {
      const { endsAt, scope, tokenId, user } = identity
      // The name may be somebody else's by now, inside this program.
      const owner = chat.directory.ownerOf(user.name)
      if (owner !== undefined && owner.id !== user.id) return Effect.fail(new RequestError({ reason: "UsernameTaken" }))
      const limits = chat.limitsOf(user, address)
      const by = requesterOf(identity, address)
      return Effect.succeed<Asker>({ caller: { by, memberships: undefined, limits, scope, tokenId, endsAt }, identity })
    })

  /** By the token in a cookie, where a page of ours asks. */
  const byCookie = (request: IncomingMessage, client: WebClient): Effect.Effect<Asker, RequestError> => {
    const cookie = SessionCookie.tokenIn(request, client)
    if (cookie === undefined) return Effect.fail(missing(request))
    const refusal = Csrf.refusal(request, client, cookie)
    if (refusal !== undefined) return Effect.fail(refusal)
    return Effect.map(byToken(cookie, client.address), (asker) => ({ ...asker, cookie }))
  }

  return {
    known: ({ headers: { authorization } }, { address }) => {
      if (authorization === undefined) return undefined
      const known = found.get(keyOf(authorization, address))
      if (known === undefined || known.until <= Monotonic.millis(clock)) return undefined
      return known.announced === accounts.announced?.() ? known.asker : undefined
    },
    find: (request, client) =>
      Effect.suspend(() => {
        if (request.headers.authorization === undefined) return byCookie(request, client)
        const { address } = client
        const token = bearerIn(request)
        if (token === undefined) return Effect.fail(missing(request))
        // What is revoked while it is looked up must not be remembered.
        const before = found
        const announced = accounts.announced?.()
        return Effect.zipWith(byToken(token, address), Clock.currentTimeMillis, (asker, now) => {
          const left = (asker.identity.expiresAt ?? Infinity) - now
          const until = Monotonic.millis(clock) + Math.min(rememberedFor, left)
          if (announced !== undefined) {
            before.set(keyOf(request.headers.authorization!, address), { asker, until, announced })
          }
          return asker
        })
      }),
  }
})

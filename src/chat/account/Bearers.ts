/** Who sends a request on its own, by the token in it: looked up, and remembered for a moment. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Accounts } from "../../accounts/Accounts.ts"
import type { Identity } from "../../accounts/Identity.ts"
import { toRequestError } from "../../accounts/requestError.ts"
import { Generations } from "../../domain/Generations.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { type Caller, requesterOf } from "../Caller.ts"
import { Chat } from "../Chat.ts"

/** Whose a token is, and as whom operations know whoever has it. */
export interface Bearer {
  readonly caller: Caller
  readonly identity: Identity
}

/** Here `authorization` is the whole header, and `address` where it has come from. */
export interface Bearers {
  /** Who was found to have this token a moment ago; undefined where that is not known. */
  readonly known: (authorization: string, address: string) => Bearer | undefined
  /** `missing`: why there is nobody, where the header has no token. */
  readonly find: (
    authorization: string,
    address: string,
    missing: () => RequestError,
  ) => Effect.Effect<Bearer, RequestError>
  readonly byToken: (token: Redacted.Redacted, address: string) => Effect.Effect<Bearer, RequestError>
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
  readonly bearer: Bearer
  readonly until: number
  /** By then. */
  readonly announced: number
}

/** What stands behind `Bearer`; undefined where there is none. */
export const tokenIn = (authorization: string): Redacted.Redacted | undefined => {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
  return token === undefined ? undefined : Redacted.make(token)
}

/** By which credentials are remembered, for as long: in this process's memory, and never said. */
const keyOf = (authorization: string, address: string): string => `${address} ${authorization}`

export const make: Effect.Effect<Bearers, never, Chat | Accounts | Scope.Scope> = Effect.gen(function* () {
  const accounts = yield* Accounts
  const chat = yield* Chat
  const clock = yield* Clock.Clock
  let found = new Generations<string, Found>(remembered)
  yield* accounts.changes.pipe(
    Stream.runForEach(() => Effect.sync(() => void (found = new Generations(remembered)))),
    Effect.forkScoped,
  )

  const byToken = (token: Redacted.Redacted, address: string): Effect.Effect<Bearer, RequestError> =>
    Effect.flatMap(Effect.mapError(accounts.authenticate(token, address), toRequestError), (identity) => {
      const { endsAt, scope, tokenId, user } = identity
      // The name may be somebody else's by now, inside this program.
      const owner = chat.directory.ownerOf(user.name)
      if (owner !== undefined && owner.id !== user.id) return Effect.fail(new RequestError({ reason: "UsernameTaken" }))
      const limits = chat.limitsOf(user, address)
      const by = requesterOf(identity, address)
      return Effect.succeed({ caller: { by, memberships: undefined, limits, scope, tokenId, endsAt }, identity })
    })

  return {
    byToken,
    known: (authorization, address) => {
      const known = found.get(keyOf(authorization, address))
      if (known === undefined || known.until <= Monotonic.millis(clock)) return undefined
      return known.announced === accounts.announced?.() ? known.bearer : undefined
    },
    find: (authorization, address, missing) =>
      Effect.suspend(() => {
        const token = tokenIn(authorization)
        if (token === undefined) return Effect.fail(missing())
        // What is revoked while it is looked up must not be remembered.
        const before = found
        const announced = accounts.announced?.()
        return Effect.zipWith(byToken(token, address), Clock.currentTimeMillis, (bearer, now) => {
          const left = (bearer.identity.expiresAt ?? Infinity) - now
          const until = Monotonic.millis(clock) + Math.min(rememberedFor, left)
          if (announced !== undefined) before.set(keyOf(authorization, address), { bearer, until, announced })
          return bearer
        })
      }),
  }
})

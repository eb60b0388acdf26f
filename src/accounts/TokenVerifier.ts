import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Jose from "jose"
import * as Monotonic from "../domain/Monotonic.ts"
import type { AccountChange } from "./AccountChange.ts"
import { InvalidToken, type TokenError } from "./AccountError.ts"
import { AccessTokens } from "./AccessTokens.ts"
import { AccountStore } from "./AccountStore.ts"
import { type Now, VerifiedTokens } from "./internal/VerifiedTokens.ts"
import { OutsideIssuer } from "./OutsideIssuer.ts"
import { type Ended, isWellFormed, type Verified, WebTokens } from "./WebTokens.ts"

const bothClocks: Effect.Effect<Now> = Effect.clockWith((clock) =>
  Effect.succeed({ date: clock.currentTimeMillisUnsafe(), millis: Monotonic.millis(clock) }),
)

/** Who says that it has made the token. That is only to know whom to ask. */
const issuerOf = (token: string): string | undefined => {
  try {
    return Jose.decodeJwt(token).iss
  } catch {
    return undefined
  }
}

const endedBy = (change: AccountChange): Ended =>
  change._tag === "TokenRevoked" ? { token: change.tokenId } : { user: change.userId }

/** Knows whose a token is that was signed, and remembers it for a while, or until it hears that something has ended. */
export const layer: Layer.Layer<never, never, AccessTokens | AccountStore | OutsideIssuer> = Layer.effect(
  WebTokens,
  Effect.gen(function* () {
    const accessTokens = yield* AccessTokens
    const outside = yield* OutsideIssuer
    const { changes } = yield* AccountStore
    const verified = new VerifiedTokens()
    const forget = (ended: Ended) => verified.forget(ended)

    yield* changes.pipe(
      Stream.runForEach((change) => Effect.sync(() => forget(endedBy(change)))),
      Effect.tapCause((cause) => Effect.logError("changes of accounts are heard no more", cause)),
      Effect.forkScoped({ startImmediately: true }),
    )

    const verifying = (issuer: string | undefined, token: string): Effect.Effect<Verified, TokenError> => {
      // Where there is no issuer outside, its name is empty, and so may be that in a token.
      if (issuer === undefined || issuer === "") return Effect.fail(new InvalidToken())
      if (issuer === accessTokens.issuer) return accessTokens.verify(token)
      return issuer === outside.issuer ? outside.verify(token) : Effect.fail(new InvalidToken())
    }

    return {
      identify: Effect.fnUntraced(function* (secret) {
        const token = Redacted.value(secret)
        const now = yield* bothClocks
        const known = verified.find(token, now)
        if (known !== undefined) return known
        const issuer = isWellFormed(token) ? issuerOf(token) : undefined
        const keep = verified.begin()
        const { expiresAt, identity: found } = yield* verifying(issuer, token)
        const identity = { ...found, expiresAt }
        keep(token, { identity, expiresAt, checkedAt: now.millis })
        return identity
      }),
      forget,
    }
  }),
)

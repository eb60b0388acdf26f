import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Jose from "jose"
import type { Scope } from "../domain/Scope.ts"
import { type User, UserId } from "../domain/User.ts"
import { AccountDisabled, InvalidToken, type StorageError } from "./AccountError.ts"
import { type AccessTokenSettings, defaults } from "./AccessTokenSettings.ts"
import { AccountStore } from "./AccountStore.ts"
import { identityOf } from "./Identity.ts"
import { algorithm, type PublishedKey } from "./internal/ed25519.ts"
import * as KeyRing from "./internal/KeyRing.ts"
import type { SigningKeys } from "./SigningKeys.ts"
import * as Token from "./Token.ts"
import type { Verified } from "./WebTokens.ts"

/** What kind of token it is (RFC 9068): nothing else that is signed by these keys could be taken for one. */
const type = "at+jwt"

/** What counts here of what a token says. Name, role and scope are for those who verify it elsewhere. */
const Claims = Schema.Struct({ sub: UserId, sid: Schema.NonEmptyString, exp: Schema.Int })
const decodeClaims = Schema.decodeUnknownOption(Claims)

/** An access token that was made just now. `expiresAt` is in milliseconds since 1970. */
export interface IssuedAccessToken {
  readonly token: Redacted.Redacted
  readonly expiresAt: number
}

/** The token behind it: that of a session, or one that was made on purpose. */
export interface Behind {
  readonly user: User
  readonly tokenId: string
  readonly scope?: Scope | undefined
}

/**
 * Short-lived tokens that say themselves whose they are, and can be verified elsewhere by the published keys: JSON Web Tokens,
 * signed with Ed25519. Each stands on a token that is kept, and is not good when that has ended.
 */
export class AccessTokens extends Context.Service<
  AccessTokens,
  {
    readonly issuer: string
    readonly issue: (behind: Behind) => Effect.Effect<IssuedAccessToken, InvalidToken | StorageError>
    /** Verifies it and looks for what is behind it. */
    readonly verify: (token: string) => Effect.Effect<Verified, InvalidToken | AccountDisabled | StorageError>
    /** The keys by which others verify. */
    readonly published: Effect.Effect<ReadonlyArray<PublishedKey>, StorageError>
  }
>()("natter/accounts/AccessTokens") {
  static readonly Settings = Context.Reference<AccessTokenSettings>("natter/accounts/AccessTokens/Settings", {
    defaultValue: () => defaults,
  })

  static readonly layer: Layer.Layer<AccessTokens, never, AccountStore | SigningKeys | SecureRandom.SecureRandom> =
    Layer.effect(
      AccessTokens,
      Effect.gen(function* () {
        const store = yield* AccountStore
        const random = yield* SecureRandom.SecureRandom
        const settings = yield* AccessTokens.Settings
        const ring = yield* KeyRing.make(settings)
        const { audience, issuer } = settings
        const lifetime = Duration.toMillis(settings.lifetime)

        /** The token that is behind another, with its account, while it is good. */
        const behind = Effect.fnUntraced(function* (id: string, userId: UserId, now: number) {
          const found = Option.getOrUndefined(yield* store.getToken(id))
          if (found === undefined || found.account.id !== userId) return yield* new InvalidToken()
          if (found.account.disabled) return yield* new AccountDisabled()
          if (!Token.isLive(found.token, now)) return yield* new InvalidToken()
          return found
        })

        const issue = Effect.fnUntraced(function* ({ scope, tokenId, user }: Behind) {
          const now = yield* Clock.currentTimeMillis
          const { token } = yield* Effect.catchTag(behind(tokenId, user.id, now), "AccountDisabled", () =>
            Effect.fail(new InvalidToken()),
          )
          const { id, signs } = yield* ring.signer
          const seconds = Math.floor(Math.min(now + lifetime, token.expiresAt ?? Infinity) / 1000)
          const claims = { name: user.name, role: user.role, sid: tokenId, ...(scope === undefined ? {} : { scope }) }
          const jwt = new Jose.SignJWT(claims)
            .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
            .setIssuer(issuer)
            .setAudience(audience)
            .setSubject(user.id)
            .setIssuedAt(Math.floor(now / 1000))
            .setExpirationTime(seconds)
            .setJti(yield* random.uuidV7())
          // The key was good when it was read, and what is signed is made here.
          const signed = yield* Effect.orDie(Effect.tryPromise(() => jwt.sign(signs)))
          return { token: Redacted.make(signed), expiresAt: seconds * 1000 }
        })

        const verify = Effect.fnUntraced(function* (
          token: string,
        ): Effect.fn.Return<Verified, InvalidToken | AccountDisabled | StorageError> {
          const now = yield* Clock.currentTimeMillis
          const key = yield* ring.find(keyOf(token))
          if (key === undefined) return yield* new InvalidToken()
          const { payload } = yield* Effect.tryPromise({
            try: () =>
              Jose.jwtVerify(token, key.verifies, {
                algorithms: [algorithm],
                typ: type,
                issuer,
                audience,
                currentDate: DateTime.toDateUtc(DateTime.makeUnsafe(now)),
              }),
            catch: () => new InvalidToken(),
          })
          const claims = Option.getOrUndefined(decodeClaims(payload))
          if (claims === undefined) return yield* new InvalidToken()
          const found = yield* behind(claims.sid, claims.sub, now)
          const identity = identityOf(found.account, found.token)
          return { identity, expiresAt: Math.min(claims.exp * 1000, found.token.expiresAt ?? Infinity) }
        })

        return AccessTokens.of({ issuer, issue, verify, published: ring.published })
      }),
    )
}

/** The id of the key that a token says it was signed by; empty where it says none. */
const keyOf = (token: string): string => {
  try {
    return Jose.decodeProtectedHeader(token).kid ?? ""
  } catch {
    return ""
  }
}

import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Jose from "jose"
import { UserId } from "../domain/User.ts"
import { type Account, type AccountRole, toUser } from "./Account.ts"
import { AccountDisabled, IdentityRefused, InvalidToken, type StorageError, type TokenError } from "./AccountError.ts"
import { AccountStore } from "./AccountStore.ts"
import type { OutsideIdentity } from "./AccountStoreShape.ts"
import { claimAt, says } from "./internal/claims.ts"
import * as IssuerKeys from "./internal/IssuerKeys.ts"
import { checkNewName, parseUsername } from "./internal/signIn.ts"
import { algorithms, defaults, type OutsideIssuerSettings } from "./OutsideIssuerSettings.ts"
import * as PasswordHash from "./PasswordHash.ts"
import type { Verified } from "./WebTokens.ts"

/** Seconds by which the issuer's clock may be another than ours. */
const skew = 30

/** OpenID Connect gives a subject at most 255 characters. */
const Claims = Schema.Struct({ sub: Schema.NonEmptyString.check(Schema.isMaxLength(255)), exp: Schema.Finite })
const decodeClaims = Schema.decodeUnknownOption(Claims)

/**
 * Tokens of an issuer outside (OpenID Connect). Whoever it vouches for has an account here, which is known by the issuer and
 * its subject and has no password; it is made at the first use. An account that is there already is never taken over because
 * of its name.
 */
export class OutsideIssuer extends Context.Service<
  OutsideIssuer,
  {
    /** Empty where there is none. */
    readonly issuer: string
    readonly verify: (token: string) => Effect.Effect<Verified, TokenError>
  }
>()("natter/accounts/OutsideIssuer") {
  static readonly Settings = Context.Reference<OutsideIssuerSettings>("natter/accounts/OutsideIssuer/Settings", {
    defaultValue: () => defaults,
  })

  static readonly layer: Layer.Layer<OutsideIssuer, never, AccountStore | SecureRandom.SecureRandom> = Layer.effect(
    OutsideIssuer,
    Effect.gen(function* () {
      const store = yield* AccountStore
      const random = yield* SecureRandom.SecureRandom
      const settings = yield* OutsideIssuer.Settings
      const keys = yield* IssuerKeys.make(settings)
      const { audience, issuer } = settings

      const check = (token: string, { find }: IssuerKeys.KeySet, now: number) =>
        Effect.tryPromise({
          try: () =>
            Jose.jwtVerify(token, find, {
              algorithms: [...algorithms],
              issuer,
              audience,
              requiredClaims: ["exp"],
              clockTolerance: skew,
              currentDate: DateTime.toDateUtc(DateTime.makeUnsafe(now)),
            }),
          catch: (cause) => (cause instanceof Jose.errors.JWKSNoMatchingKey ? "UnknownKey" : new InvalidToken()),
        })

      /** What a token says that is the issuer's. A key that is not known may be new. */
      const verified = Effect.fnUntraced(function* (token: string, now: number) {
        const known = yield* keys.current
        const { payload } = yield* check(token, known, now).pipe(
          Effect.catchIf(
            (error) => error === "UnknownKey",
            () =>
              Effect.flatMap(keys.after(known), (newer) =>
                newer === undefined ? Effect.fail(new InvalidToken()) : check(token, newer, now),
              ),
          ),
          Effect.mapError((error) => (error === "UnknownKey" ? new InvalidToken() : error)),
        )
        return payload
      })

      const register = Effect.fnUntraced(function* (identity: OutsideIdentity, claims: unknown) {
        if (!settings.register) return yield* new IdentityRefused({ detail: "new ones are made by an administrator" })
        const written = claimAt(claims, settings.nameClaim)
        if (typeof written !== "string") {
          return yield* new IdentityRefused({ detail: `it has no claim "${settings.nameClaim}" to be a name` })
        }
        const name = yield* parseUsername(written).pipe(
          Effect.tap(checkNewName),
          Effect.mapError(({ message }) => new IdentityRefused({ detail: message })),
        )
        const account: Account = {
          id: UserId.make(yield* random.uuidV7()),
          name,
          role: roleOf(claims) ?? "member",
          disabled: false,
          createdAt: yield* Clock.currentTimeMillis,
        }
        return yield* store.add({ ...account, passwordHash: PasswordHash.none }, undefined, identity).pipe(
          Effect.andThen(Effect.annotateLogs(Effect.logInfo("account registered"), { userId: account.id, issuer })),
          Effect.as(account),
          Effect.catchTags({
            // Without an invite none can be wrong.
            InviteNotValid: Effect.die,
            NameTaken: () =>
              Effect.flatMap(
                store.findIdentity(identity),
                Option.match({
                  onNone: () => Effect.fail(new IdentityRefused({ detail: `the name "${name}" is another account's` })),
                  // The same person, at the same moment.
                  onSome: Effect.succeed,
                }),
              ),
          }),
        )
      })

      /** Undefined where roles are none of the issuer's business. */
      const roleOf = (claims: unknown): AccountRole | undefined => {
        if (settings.roleClaim === "") return undefined
        return says(claimAt(claims, settings.roleClaim), settings.adminValue) ? "admin" : "member"
      }

      /** With the role that the issuer gives it now. */
      const withRole = (account: Account, claims: unknown): Effect.Effect<Account, StorageError> => {
        const role = roleOf(claims) ?? account.role
        return role === account.role
          ? Effect.succeed(account)
          : Effect.as(store.setRole(account.id, role), { ...account, role })
      }

      const verify = Effect.fnUntraced(function* (token: string): Effect.fn.Return<Verified, TokenError> {
        const payload = yield* verified(token, yield* Clock.currentTimeMillis)
        const claims = Option.getOrUndefined(decodeClaims(payload))
        if (claims === undefined) return yield* new InvalidToken()
        const identity = { issuer, subject: claims.sub }
        const found = Option.getOrUndefined(yield* store.findIdentity(identity))
        if (found?.disabled === true) return yield* new AccountDisabled()
        const account = found === undefined ? yield* register(identity, payload) : yield* withRole(found, payload)
        return {
          identity: { user: toUser(account), tokenId: undefined },
          expiresAt: (claims.exp + skew) * 1000,
        }
      })

      return OutsideIssuer.of({ issuer, verify })
    }),
  )
}

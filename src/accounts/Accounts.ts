import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { User, UserId } from "../domain/User.ts"
import * as NameKey from "../domain/NameKey.ts"
import * as Username from "../domain/Username.ts"
import { Peers } from "../peers/Peers.ts"
import { type Account, toUser } from "./Account.ts"
import { AccountDisabled, AccountNotFound, InvalidToken, NoTokenForGuests, type TokenError } from "./AccountError.ts"
import { type AccountSettings, defaults } from "./AccountSettings.ts"
import { AccountStore } from "./AccountStore.ts"
import type { AccountsShape } from "./AccountsShape.ts"
import { type Identity, identityOf } from "./Identity.ts"
import { announcing } from "./internal/announcing.ts"
import * as Addresses from "./internal/addresses.ts"
import * as Guests from "./internal/guests.ts"
import * as Password from "./internal/password.ts"
import * as PasswordChange from "./internal/passwordChange.ts"
import * as Renewal from "./internal/renewal.ts"
import * as Secrets from "./internal/secrets.ts"
import * as SignIn from "./internal/signIn.ts"
import { LoginThrottle } from "./LoginThrottle.ts"
import { PasswordHash } from "./PasswordHash.ts"
import * as Token from "./Token.ts"
import * as WebToken from "./WebTokens.ts"

/** Accounts, and what belongs to them, read at a time for a list. */
export const accountsAtOnce = 100

/** `Token.lastUsedAt` is written at most once in this many milliseconds. */
const touchEvery = 60_000

/** Whoever made an invite that never expires forgets it, and somebody else may find it years later. */
const maxInviteLifetime = Duration.days(365)

/** Who may sign in, and what it takes: the only door to accounts for sessions and for administration. */
export class Accounts extends Context.Service<Accounts, AccountsShape>()("natter/accounts/Accounts") {
  static readonly Settings = Context.Reference<AccountSettings>("natter/accounts/Accounts/Settings", {
    defaultValue: () => defaults,
  })

  static readonly layer: Layer.Layer<
    Accounts,
    never,
    AccountStore | PasswordHash | LoginThrottle | Digest.Digest | SecureRandom.SecureRandom
  > = Layer.effect(
    Accounts,
    Effect.gen(function* () {
      const webTokens = yield* WebToken.WebTokens
      const peers = yield* Peers
      const kept = yield* AccountStore
      const store = announcing(WebToken.forgetting(kept, webTokens), peers)
      const passwords = yield* PasswordHash
      const throttle = yield* LoginThrottle
      const random = yield* SecureRandom.SecureRandom
      const settings = yield* Accounts.Settings
      const secrets = yield* Secrets.make("nat_")
      const invites = yield* Secrets.make("natinv_")
      const guests = Guests.make(yield* Secrets.make("natg_"))
      const { renewing, touch } = Renewal.make(store, settings.tokenLifetime)
      const { register, signIn } = yield* SignIn.make(settings, invites, guests)
      const addresses = Addresses.make(store)
      peers.hear("AccountsChanged", ({ token, user }) => {
        if (token !== undefined) webTokens.forget({ token })
        if (user !== undefined) webTokens.forget({ user })
        addresses.heed()
        kept.heed?.()
      })

      /** Looks are not enough to be meant. */
      const find = (name: string) =>
        Effect.map(
          store.find(name),
          Option.filter((account) => NameKey.isSame(account.name, name)),
        )

      const named = (name: string) =>
        Effect.flatMap(
          find(name),
          Option.match({
            onNone: () => Effect.fail(new AccountNotFound({ account: name })),
            onSome: Effect.succeed,
          }),
        )

      const newToken = Effect.fnUntraced(function* (
        kind: Token.TokenKind,
        userId: UserId,
        options?: Token.TokenOptions,
      ) {
        const secret = yield* secrets.make
        const createdAt = yield* Clock.currentTimeMillis
        const lifetime = Duration.toMillis(options?.lifetime ?? settings.tokenLifetime)
        const expiresAt = Math.min(createdAt + Math.round(lifetime), options?.endsBy ?? Infinity)
        const token: Token.Token = {
          id: yield* random.uuidV7(),
          kind,
          userId,
          label: options?.label?.slice(0, Token.maxLabelLength).replace(/\p{C}/gu, "") ?? null,
          scope: options?.scope ?? null,
          createdAt,
          expiresAt: expiresAt === Infinity ? null : expiresAt,
          lastUsedAt: null,
          revokedAt: null,
        }
        yield* store.addToken(token, yield* secrets.fingerprint(secret))
        return { id: token.id, token: secret, expiresAt: token.expiresAt }
      })

      /** A guest comes back, unless the name is an account's by now. */
      const identifyGuest = Effect.fnUntraced(function* (token: Redacted.Redacted) {
        const user = settings.mode === "guest" ? yield* guests.byToken(token) : undefined
        if (user === undefined || Option.isSome(yield* store.find(user.name))) {
          return yield* new InvalidToken()
        }
        return { user, tokenId: undefined }
      })

      const identify = Effect.fnUntraced(function* (secret: Redacted.Redacted): Effect.fn.Return<Identity, TokenError> {
        if (Redacted.value(secret).startsWith("natg_")) return yield* identifyGuest(secret)
        if (WebToken.isWellFormed(Redacted.value(secret))) return yield* webTokens.identify(secret)
        if (!secrets.isWellFormed(secret)) return yield* new InvalidToken()
        const found = yield* store.findToken(yield* secrets.fingerprint(secret))
        if (Option.isNone(found)) return yield* new InvalidToken()
        const { account, token } = found.value
        const now = yield* Clock.currentTimeMillis
        if (account.disabled) return yield* new AccountDisabled()
        if (!Token.isLive(token, now)) return yield* new InvalidToken()
        if (token.lastUsedAt === null || token.lastUsedAt <= now - touchEvery) {
          // That it was used can be written the next time as well: it is no reason to refuse its owner.
          yield* Effect.ignore(touch(token.id), { log: "Debug" })
        }
        return identityOf(account, token)
      })

      const pages = <A, E>(
        read: (after: string | undefined) => Effect.Effect<ReadonlyArray<A>, E>,
        key: (a: A) => string,
      ) =>
        Stream.paginate(undefined as string | undefined, (after) =>
          Effect.map(
            read(after),
            (page) => [page, page.length < accountsAtOnce ? Option.none() : Option.map(Arr.last(page), key)] as const,
          ),
        )

      yield* store.purge.pipe(
        Effect.catch((error) => Effect.logWarning("ended tokens were not purged", error.cause)),
        Effect.repeat(Schedule.spaced("1 hour")),
        Effect.forkScoped,
      )

      // Signing in, and what a command asks about people, have no spans: each would cost as much as the answer from memory.
      return Accounts.of({
        signIn: (input) => Effect.andThen(addresses.admits(input.address), signIn(input)),

        authenticate: (token, address) =>
          Effect.andThen(addresses.admits(address), identify(token)).pipe(
            Effect.tapError((error) =>
              Effect.annotateLogs(
                error._tag === "StorageError"
                  ? Effect.logError("sign-in failed", error.cause)
                  : Effect.logDebug("token refused"),
                { reason: error._tag, address },
              ),
            ),
            Effect.map((identity) => {
              const { name, role } = identity.user
              if (role !== "guest") throttle.trust(NameKey.key(name), address)
              return identity
            }),
          ),

        find: (name) => Effect.map(find(name), toEnabled),

        get: (id) => Effect.map(store.get(id), toEnabled),

        issueToken: Effect.fnUntraced(function* (user, options) {
          if (user.role === "guest") {
            const token = guests.tokenOf(user)
            return token === undefined ? yield* new NoTokenForGuests() : { id: user.id, token }
          }
          // A new session token replaces the oldest, so there are never too many.
          return yield* Effect.catchTag(newToken("session", user.id, options), "TooManyTokens", Effect.die)
        }),

        add: Effect.fn("Accounts.add")(
          function* ({ name, password, role }) {
            return yield* register({ name: yield* SignIn.parseUsername(name), password, role })
          },
          // No invite is given, so none can be wrong.
          Effect.catchTag("InviteNotValid", Effect.die),
        ),

        list: pages(
          (after) => store.list({ after, limit: accountsAtOnce }),
          (account) => Username.spelling(account.name),
        ),

        page: (after) =>
          store.list({ after: after === undefined ? undefined : Username.spelling(after), limit: accountsAtOnce }),

        changePassword: yield* Effect.provideService(
          PasswordChange.make(settings.minPasswordLength),
          AccountStore,
          store,
        ),

        setPassword: Effect.fn("Accounts.setPassword")(function* (name, password) {
          yield* Password.checkNew(password, settings.minPasswordLength)
          const { id } = yield* named(name)
          yield* store.setPassword(id, yield* passwords.hash(password))
        }),

        setRole: Effect.fn("Accounts.setRole")(function* (name, role) {
          const { id } = yield* named(name)
          yield* role === "admin" ? store.setRole(id, role) : store.demote(id)
        }),

        ...addresses,

        note: (act) => Effect.flatMap(Clock.currentTimeMillis, (timestamp) => store.note({ ...act, timestamp })),

        audit: (before) => store.audit({ before, limit: accountsAtOnce + 1 }),

        disable: Effect.fn("Accounts.disable")(function* (name) {
          yield* store.setDisabled((yield* named(name)).id, true)
        }),

        enable: Effect.fn("Accounts.enable")(function* (name) {
          yield* store.setDisabled((yield* named(name)).id, false)
        }),

        invite: Effect.fn("Accounts.invite")(function* (lifetime) {
          const code = yield* invites.make
          const createdAt = yield* Clock.currentTimeMillis
          const valid = Duration.min(lifetime ?? settings.inviteLifetime, maxInviteLifetime)
          const expiresAt = createdAt + Math.round(Duration.toMillis(valid))
          const id = yield* invites.fingerprint(code)
          yield* store.addInvite({ fingerprint: id, createdAt, expiresAt })
          return { id, code, expiresAt }
        }),

        invites: (after) => store.invites({ after, limit: accountsAtOnce }),

        revokeInvite: Effect.fn("Accounts.revokeInvite")((id) => store.removeInvite(id)),

        tokens: (name) => {
          const of = (userId?: UserId) =>
            pages(
              (after) => store.tokens({ after, limit: accountsAtOnce }, userId),
              (token) => token.id,
            )
          return name === undefined ? of() : Stream.unwrap(Effect.map(named(name), ({ id }) => of(id)))
        },

        tokensOf: (user) =>
          Effect.zipWith(store.tokens({ limit: 2 * Token.maxPerUser }, user), Clock.currentTimeMillis, (tokens, now) =>
            tokens.filter((token) => Token.isLive(token, now)),
          ),

        createToken: Effect.fn("Accounts.createToken")(function* (name, options) {
          return yield* newToken("access", (yield* named(name)).id, options)
        }),

        revokeToken: Effect.fn("Accounts.revokeToken")((id) => store.revokeToken(id)),

        renewing,

        changes: store.changes,
        announced: store.announced && (() => store.announced!() + addresses.changed()),
      })
    }),
  )
}

const toEnabled = (found: Option.Option<Account>): Option.Option<User> =>
  Option.map(
    Option.filter(found, ({ disabled }) => !disabled),
    toUser,
  )

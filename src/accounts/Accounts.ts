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
import { type Account, type AccountRole, toUser } from "./Account.ts"
import type { AccountChange } from "./AccountChange.ts"
import {
  AccountDisabled,
  AccountNotFound,
  type Busy,
  type InvalidPassword,
  InvalidToken,
  type InvalidUsername,
  type InviteNotFound,
  type NameTaken,
  NoTokenForGuests,
  type SignInError,
  type StorageError,
  type TokenError,
  type TokenNotFound,
  type TooManyTokens,
} from "./AccountError.ts"
import { type AccountSettings, defaults } from "./AccountSettings.ts"
import { AccountStore } from "./AccountStore.ts"
import type { IssuedInvite } from "./AccountStoreShape.ts"
import { type Identity, identityOf } from "./Identity.ts"
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

/** A token that was made just now. Its secret is never shown again. */
export interface IssuedToken {
  readonly id: string
  readonly token: Redacted.Redacted
}

/** One for a program. `expiresAt` is in milliseconds since 1970; null where it is good for ever. */
export interface IssuedApiKey extends IssuedToken {
  readonly expiresAt: number | null
}

/** An invite that was made just now. `expiresAt` is in milliseconds since 1970. */
export interface IssuedCode {
  readonly id: string
  readonly code: Redacted.Redacted
  readonly expiresAt: number
}

/** Who may sign in, and what it takes: the only door to accounts for sessions and for administration. */
export class Accounts extends Context.Service<
  Accounts,
  {
    /**
     * Proves a name by its password, or registers it, as `Settings.mode` says. The user carries the
     * name as it was registered, whatever spelling was typed.
     */
    readonly signIn: (input: {
      readonly username: string
      readonly password: Redacted.Redacted
      /** The IP address of the peer. */
      readonly address: string
      readonly invite?: Redacted.Redacted | undefined
    }) => Effect.Effect<User, SignInError>

    /**
     * The user that a token belongs to, and what it is for: one that was issued here, a guest's, or one that is signed
     * (`WebTokens`). That of a session is good for its whole lifetime from now on.
     */
    readonly authenticate: (token: Redacted.Redacted, address: string) => Effect.Effect<Identity, TokenError>

    /** The user of this name, however it is spelled, and not of one that looks like it; none while the account is disabled. */
    readonly find: (name: string) => Effect.Effect<Option.Option<User>, StorageError>

    /** The user with this id; none while the account is disabled. */
    readonly get: (id: UserId) => Effect.Effect<Option.Option<User>, StorageError>

    /**
     * A token for a client that signed in. A user who has too many loses the oldest. That of a guest is stored nowhere: it
     * brings the same guest back, while guests are let in and nobody else has the name.
     */
    readonly issueToken: (
      user: User,
      options?: Token.TokenOptions,
    ) => Effect.Effect<IssuedToken, NoTokenForGuests | AccountNotFound | AccountDisabled | StorageError>

    readonly add: (account: {
      readonly name: string
      readonly password: Redacted.Redacted
      readonly role: AccountRole
    }) => Effect.Effect<User, InvalidUsername | InvalidPassword | NameTaken | Busy | StorageError>

    /** All accounts in the order of their names, read page by page. */
    readonly list: Stream.Stream<Account, StorageError>

    /** A part of them, behind a name: `accountsAtOnce`, or all that are left. */
    readonly page: (after?: string) => Effect.Effect<ReadonlyArray<Account>, StorageError>

    /**
     * Changes the password of who knows it, and revokes the user's tokens but for `keep`. Wrong ones count as at a sign-in.
     * Without an address it is done in this program.
     */
    readonly changePassword: (change: PasswordChange.Change) => Effect.Effect<void, PasswordChange.ChangeError>

    /** Changes a password and revokes the user's tokens. */
    readonly setPassword: (
      name: string,
      password: Redacted.Redacted,
    ) => Effect.Effect<void, InvalidPassword | AccountNotFound | Busy | StorageError>

    /** Nobody can sign in any more, its tokens are revoked, and `changes` ends its sessions. Nothing is deleted. */
    readonly disable: (name: string) => Effect.Effect<void, AccountNotFound | StorageError>
    readonly enable: (name: string) => Effect.Effect<void, AccountNotFound | StorageError>

    /** A code that registers one account, valid for a year at most. */
    readonly invite: (lifetime?: Duration.Duration) => Effect.Effect<IssuedCode, StorageError>

    /** A part of the invites, used or not, behind the fingerprint of one, which is its id. */
    readonly invites: (after?: string) => Effect.Effect<ReadonlyArray<IssuedInvite>, StorageError>

    /** Takes back an invite that was not used. */
    readonly revokeInvite: (id: string) => Effect.Effect<void, InviteNotFound | StorageError>

    /** Tokens, live and lately ended, in the order they were made: everyone's, or those of one account. */
    readonly tokens: (name?: string) => Stream.Stream<Token.Token, AccountNotFound | StorageError>

    /** Those of one user that are good, of which there are few. */
    readonly tokensOf: (user: UserId) => Effect.Effect<ReadonlyArray<Token.Token>, StorageError>

    /** A token for a program. At most `Token.maxPerUser` live ones an account. */
    readonly createToken: (
      name: string,
      options?: Token.TokenOptions,
    ) => Effect.Effect<IssuedApiKey, AccountNotFound | AccountDisabled | TooManyTokens | StorageError>

    readonly revokeToken: (id: string) => Effect.Effect<void, TokenNotFound | StorageError>

    /**
     * Runs as long as there may be sessions: tokens that are held by one stay good, as if they were used once an hour.
     * `held` says which they are by then.
     */
    readonly renewing: (held: () => Iterable<string>) => Effect.Effect<never>

    /** Changes that have to end live sessions, from the moment the stream is run. Those of other processes come within 2 s. */
    readonly changes: Stream.Stream<AccountChange>

    /** How many such changes this process has made, known at once; undefined where that is not known. */
    readonly announced?: (() => number) | undefined
  }
>()("natter/accounts/Accounts") {
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
      const store = WebToken.forgetting(yield* AccountStore, webTokens)
      const passwords = yield* PasswordHash
      const throttle = yield* LoginThrottle
      const random = yield* SecureRandom.SecureRandom
      const settings = yield* Accounts.Settings
      const secrets = yield* Secrets.make("nat_")
      const invites = yield* Secrets.make("natinv_")
      const guests = Guests.make(yield* Secrets.make("natg_"))
      const { renewing, touch } = Renewal.make(store, settings.tokenLifetime)
      const { register, signIn } = yield* SignIn.make(settings, invites, guests)

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
        signIn,

        authenticate: (token, address) =>
          identify(token).pipe(
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
        announced: store.announced,
      })
    }),
  )
}

const toEnabled = (found: Option.Option<Account>): Option.Option<User> =>
  Option.map(
    Option.filter(found, ({ disabled }) => !disabled),
    toUser,
  )

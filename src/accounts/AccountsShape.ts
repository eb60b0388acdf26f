import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { AddressRange } from "../domain/AddressRange.ts"
import type { User, UserId } from "../domain/User.ts"
import type { Account, AccountRole } from "./Account.ts"
import type { AccountChange } from "./AccountChange.ts"
import type {
  AccountDisabled,
  AccountNotFound,
  AddressBanned,
  Busy,
  InvalidPassword,
  InvalidUsername,
  InviteNotFound,
  LastAdministrator,
  NameTaken,
  NoTokenForGuests,
  SignInError,
  StorageError,
  TokenError,
  TokenNotFound,
  TooManyBans,
  TooManyTokens,
} from "./AccountError.ts"
import type { IssuedInvite } from "./AccountStoreShape.ts"
import type { Identity } from "./Identity.ts"
import type * as PasswordChange from "./internal/passwordChange.ts"
import type { AddressBan } from "./AddressBan.ts"
import type { ServiceAct, ServiceAuditEntry } from "./ServiceAct.ts"
import type * as Token from "./Token.ts"

/** A token that was made just now. Its secret is never shown again. */
interface IssuedToken {
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

/** The methods of `Accounts`. */
export interface AccountsShape {
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
    /** False where no account is to be made: a name without one is refused like a wrong password. */
    readonly register?: boolean | undefined
    /** Called when an account was made. */
    readonly onRegistered?: (() => void) | undefined
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

  /** Makes somebody an administrator, or a member again, who is then told to come back. There is one administrator at least. */
  readonly setRole: (
    name: string,
    role: AccountRole,
  ) => Effect.Effect<void, AccountNotFound | LastAdministrator | StorageError>

  /** Fails where nobody is let in from an address. Signing in looks by itself. */
  readonly admits: (address: string) => Effect.Effect<void, AddressBanned | StorageError>

  /** From where nobody is let in, but for what has ended. */
  readonly bans: Effect.Effect<ReadonlyArray<AddressBan>, StorageError>

  /** Lets nobody in from these addresses, from now on, by whatever credentials. Sessions are the caller's to end. */
  readonly ban: (
    ban: Omit<AddressBan, "createdAt" | "until"> & { readonly duration?: number | undefined },
  ) => Effect.Effect<void, TooManyBans | StorageError>
  readonly unban: (address: AddressRange) => Effect.Effect<void, StorageError>

  /** Notes what an administrator has just done. */
  readonly note: (act: Omit<ServiceAct, "timestamp">) => Effect.Effect<void, StorageError>

  /** What administrators did: `accountsAtOnce` and one more, the latest first, before an entry. */
  readonly audit: (before?: number) => Effect.Effect<ReadonlyArray<ServiceAuditEntry>, StorageError>

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

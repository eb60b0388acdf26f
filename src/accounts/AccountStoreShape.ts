import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { AddressRange } from "../domain/AddressRange.ts"
import type { UserId } from "../domain/User.ts"
import type { Account, AccountRole, Credentials } from "./Account.ts"
import type { AccountChange } from "./AccountChange.ts"
import type {
  AccountDisabled,
  AccountNotFound,
  InviteNotFound,
  InviteNotValid,
  LastAdministrator,
  NameTaken,
  StorageError,
  TokenNotFound,
  TooManyBans,
  TooManyTokens,
} from "./AccountError.ts"
import type { AddressBan } from "./AddressBan.ts"
import type { ServiceAct, ServiceAuditEntry } from "./ServiceAct.ts"
import type { Token } from "./Token.ts"

/** Part of a list: at most `limit` entries, those that follow `after` (the last one of the part before). */
export interface Page {
  readonly after?: string | undefined
  readonly limit: number
}

/** A permission to register one account; its code is kept as a fingerprint only. */
interface Invite {
  readonly fingerprint: string
  readonly createdAt: number
  readonly expiresAt: number | null
}

/** What became of an invite. */
export interface IssuedInvite extends Invite {
  readonly usedAt: number | null
  readonly usedBy: UserId | null
}

/** Who an issuer outside says that somebody is. */
export interface OutsideIdentity {
  readonly issuer: string
  readonly subject: string
}

/** The methods of `AccountStore`. Secrets are known by their fingerprint: SHA-256 in lower-case hex. */
export interface AccountStoreShape {
  /**
   * Adds an account, uses up the invite and binds the identity to it, where they are given: all or nothing. An identity that
   * has an account already takes no second one: `NameTaken`.
   */
  readonly add: (
    account: Credentials,
    inviteFingerprint?: string,
    identity?: OutsideIdentity,
  ) => Effect.Effect<void, NameTaken | InviteNotValid | StorageError>

  /** The account of this name, in whatever spelling; without one, that of a name which looks the same. */
  readonly find: (name: string) => Effect.Effect<Option.Option<Credentials>, StorageError>

  readonly get: (id: UserId) => Effect.Effect<Option.Option<Account>, StorageError>

  /** The account that an identity is bound to. */
  readonly findIdentity: (identity: OutsideIdentity) => Effect.Effect<Option.Option<Account>, StorageError>

  /** Gives an account another role, which is a change; the same again is none. */
  readonly setRole: (id: UserId, role: AccountRole) => Effect.Effect<void, StorageError>

  /** Makes a member of an administrator, where another one is left who may sign in. */
  readonly demote: (id: UserId) => Effect.Effect<void, LastAdministrator | StorageError>

  /** Accounts in the order of the spellings of their names; `after` is a spelling. */
  readonly list: (page: Page) => Effect.Effect<ReadonlyArray<Account>, StorageError>

  /** Sets the password and revokes the user's tokens, but for `keep`. */
  readonly setPassword: (
    id: UserId,
    passwordHash: Redacted.Redacted,
    keep?: string,
  ) => Effect.Effect<void, AccountNotFound | StorageError>

  /** Writes the same password's hash anew, unless the password was changed meanwhile. */
  readonly rehash: (id: UserId, from: Redacted.Redacted, to: Redacted.Redacted) => Effect.Effect<void, StorageError>

  /** Disables an account, which revokes its tokens, or enables it again. */
  readonly setDisabled: (id: UserId, disabled: boolean) => Effect.Effect<void, AccountNotFound | StorageError>

  /**
   * Adds a token. A user's oldest `session` tokens make room for a new one; beyond
   * `Token.maxPerUser` live `access` tokens a new one is refused.
   */
  readonly addToken: (
    token: Token,
    fingerprint: string,
  ) => Effect.Effect<void, AccountNotFound | AccountDisabled | TooManyTokens | StorageError>

  /** A token, live or not, and whose it is. */
  readonly findToken: (
    fingerprint: string,
  ) => Effect.Effect<Option.Option<{ readonly token: Token; readonly account: Account }>, StorageError>

  /** The same by its id. */
  readonly getToken: (
    id: string,
  ) => Effect.Effect<Option.Option<{ readonly token: Token; readonly account: Account }>, StorageError>

  /** Notes that a token was used now, if it is live. One of a session is live until then at least; null for ever. */
  readonly touchToken: (id: string, until: number | null) => Effect.Effect<void, StorageError>

  /** Revokes a token; one that is revoked already stays as it is. */
  readonly revokeToken: (id: string) => Effect.Effect<void, TokenNotFound | StorageError>

  /** Tokens, everyone's or one user's, in the order of their ids; `after` is a token id. */
  readonly tokens: (page: Page, userId?: UserId) => Effect.Effect<ReadonlyArray<Token>, StorageError>

  readonly addInvite: (invite: Invite) => Effect.Effect<void, StorageError>

  /** Invites, used or not, in the order of their fingerprints; `after` is a fingerprint. */
  readonly invites: (page: Page) => Effect.Effect<ReadonlyArray<IssuedInvite>, StorageError>

  /** Removes an invite that was not used. */
  readonly removeInvite: (fingerprint: string) => Effect.Effect<void, InviteNotFound | StorageError>

  /** Forgets tokens and invites that ended `Token.keptAfterEnd` ago, and changes past `ChangeFeed.kept`. */
  readonly purge: Effect.Effect<void, StorageError>

  /** From where nobody is let in, in the order of the addresses; those among them that have ended. */
  readonly bans: Effect.Effect<ReadonlyArray<AddressBan>, StorageError>

  /** Adds a ban, or puts it in place of one of the same addresses; those that have ended make room. */
  readonly ban: (ban: AddressBan) => Effect.Effect<void, TooManyBans | StorageError>
  readonly unban: (address: AddressRange) => Effect.Effect<void, StorageError>

  /** Adds to what administrators did; of each kind of act the last `maxAudit` are kept. */
  readonly note: (act: ServiceAct) => Effect.Effect<void, StorageError>

  /** The latest of it before an entry, the latest first. */
  readonly audit: (page: {
    readonly before?: number | undefined
    readonly limit: number
  }) => Effect.Effect<ReadonlyArray<ServiceAuditEntry>, StorageError>

  /** What happens to accounts from the moment the stream is run, whichever process does it. */
  readonly changes: Stream.Stream<AccountChange>

  /**
   * How many changes this process has made: whoever remembers something of accounts knows by it at once whether that may
   * still be so, before the stream says it. A store that cannot tell leaves it out, and nothing is remembered.
   */
  readonly announced?: () => number
  /** Another process has made changes: they are looked for at once. */
  readonly heed?: () => void
}

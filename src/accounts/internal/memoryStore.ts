import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { AddressRange } from "../../domain/AddressRange.ts"
import { AuditLog } from "../../domain/AuditLog.ts"
import { UserId } from "../../domain/User.ts"
import * as NameKey from "../../domain/NameKey.ts"
import * as Username from "../../domain/Username.ts"
import type { Account, Credentials } from "../Account.ts"
import type { AccountChange } from "../AccountChange.ts"
import {
  AccountDisabled,
  AccountNotFound,
  InviteNotFound,
  InviteNotValid,
  LastAdministrator,
  NameTaken,
  TokenNotFound,
  TooManyBans,
  TooManyTokens,
} from "../AccountError.ts"
import type { AccountStoreShape, IssuedInvite, OutsideIdentity, Page } from "../AccountStoreShape.ts"
import * as ChangeFeed from "../ChangeFeed.ts"
import { type AddressBan, maxBans } from "../AddressBan.ts"
import type { ServiceAct } from "../ServiceAct.ts"
import * as Token from "../Token.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

const keyOf = ({ issuer, subject }: OutsideIdentity) => JSON.stringify([issuer, subject])

/** Every operation is one synchronous step, and so atomic. */
export const makeMemoryStore: Effect.Effect<AccountStoreShape> = Effect.gen(function* () {
  const accounts = new Map<string, Mutable<Credentials>>() // by name key
  const byId = new Map<UserId, Mutable<Credentials>>()
  const tokens = new Map<string, { token: Mutable<Token.Token>; fingerprint: string }>() // by id
  const byFingerprint = new Map<string, Mutable<Token.Token>>()
  const byUser = new Map<UserId, Map<string, Mutable<Token.Token>>>()
  const invites = new Map<string, Mutable<IssuedInvite>>()
  const identities = new Map<string, UserId>()
  const bans = new Map<AddressRange, AddressBan>()
  const audit = new AuditLog<ServiceAct>()
  let log: Array<ChangeFeed.Entry> = []
  let seq = 0

  const feed = yield* ChangeFeed.make({
    latest: Effect.sync(() => seq),
    after: (from) => Effect.sync(() => log.slice(Math.max(0, from - seq + log.length))),
  })

  const append = (change: AccountChange) => {
    log.push({ seq: ++seq, change })
    if (log.length > 2 * ChangeFeed.kept) log = log.slice(-ChangeFeed.kept)
    return feed.announce
  }

  const step = <A, E>(run: (now: number) => Effect.Effect<A, E>) =>
    Effect.clockWith((clock) => Effect.suspend(() => run(clock.currentTimeMillisUnsafe())))

  const toAccount = ({ passwordHash: _, ...account }: Credentials): Account => account

  const tokensOf = (id: UserId) => [...(byUser.get(id)?.values() ?? [])]

  const owned = (token: Token.Token | undefined) => {
    const account = token && byId.get(token.userId)
    return account ? Option.some({ token: { ...token }, account: toAccount(account) }) : Option.none()
  }

  const revokeAll = (id: UserId, now: number, keep?: string) => {
    for (const token of tokensOf(id)) if (token.id !== keep) token.revokedAt ??= now
  }

  const forget = (token: Token.Token) => {
    const kept = tokens.get(token.id)
    if (kept === undefined) return
    tokens.delete(token.id)
    byFingerprint.delete(kept.fingerprint)
    byUser.get(token.userId)?.delete(token.id)
  }

  const page = <A>(entries: Iterable<readonly [string, A]>, { after, limit }: Page) =>
    [...entries]
      .filter(([key]) => after === undefined || key > after)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([, value]) => value)

  const inviteIsOpen = (fingerprint: string, now: number) => {
    const invite = invites.get(fingerprint)
    return invite !== undefined && invite.usedAt === null && (invite.expiresAt === null || invite.expiresAt > now)
  }

  return {
    add: (account, inviteFingerprint, identity) =>
      step((now): Effect.Effect<void, NameTaken | InviteNotValid> => {
        const key = NameKey.key(account.name)
        const isKnown = identity !== undefined && identities.has(keyOf(identity))
        if (accounts.has(key) || isKnown) return Effect.fail(new NameTaken({ name: account.name }))
        if (inviteFingerprint !== undefined) {
          if (!inviteIsOpen(inviteFingerprint, now)) return Effect.fail(new InviteNotValid())
          Object.assign(invites.get(inviteFingerprint)!, { usedAt: now, usedBy: account.id })
        }
        const kept = { ...account }
        accounts.set(key, kept)
        byId.set(account.id, kept)
        if (identity !== undefined) identities.set(keyOf(identity), account.id)
        return Effect.void
      }),

    find: (name) =>
      Effect.sync(() =>
        Option.map(Option.fromUndefinedOr(accounts.get(NameKey.key(name))), (account) => ({ ...account })),
      ),

    get: (id) => Effect.sync(() => Option.map(Option.fromUndefinedOr(byId.get(id)), toAccount)),

    findIdentity: (identity) =>
      Effect.sync(() => {
        const account = byId.get(identities.get(keyOf(identity)) ?? UserId.make("nobody"))
        return Option.map(Option.fromUndefinedOr(account), toAccount)
      }),

    setRole: (id, role) =>
      Effect.suspend(() => {
        const account = byId.get(id)
        if (account === undefined || account.role === role) return Effect.void
        account.role = role
        return append({ _tag: "RoleChanged", userId: id })
      }),

    demote: (id) =>
      Effect.suspend(() => {
        const account = byId.get(id)
        if (account?.role !== "admin") return Effect.void
        const others = byId
          .values()
          .some(({ disabled, role, id: other }) => other !== id && role === "admin" && !disabled)
        if (!others) return Effect.fail(new LastAdministrator())
        account.role = "member"
        return append({ _tag: "RoleChanged", userId: id })
      }),

    list: (range) =>
      Effect.sync(() => {
        const all = [...accounts.values()].map((account) => [Username.spelling(account.name), account] as const)
        return page(all, range).map(toAccount)
      }),

    setPassword: (id, passwordHash, keep) =>
      step((now) => {
        const account = byId.get(id)
        if (account === undefined) return Effect.fail(new AccountNotFound({ account: id }))
        account.passwordHash = passwordHash
        revokeAll(id, now, keep)
        return append({ _tag: "PasswordChanged", userId: id, ...(keep === undefined ? {} : { tokenId: keep }) })
      }),

    rehash: (id, from, to) =>
      Effect.sync(() => {
        const account = byId.get(id)
        if (account === undefined || Redacted.value(account.passwordHash) !== Redacted.value(from)) return
        account.passwordHash = to
      }),

    setDisabled: (id, disabled) =>
      step((now) => {
        const account = byId.get(id)
        if (account === undefined) return Effect.fail(new AccountNotFound({ account: id }))
        account.disabled = disabled
        if (!disabled) return Effect.void
        revokeAll(id, now)
        return append({ _tag: "Disabled", userId: id })
      }),

    addToken: (token, fingerprint) =>
      step((now): Effect.Effect<void, AccountNotFound | AccountDisabled | TooManyTokens> => {
        const account = byId.get(token.userId)
        if (account === undefined) return Effect.fail(new AccountNotFound({ account: token.userId }))
        if (account.disabled) return Effect.fail(new AccountDisabled())
        // The ones to keep first: live before ended, then new before old.
        const others = tokensOf(token.userId)
          .filter((other) => other.kind === token.kind)
          .sort((a, b) => Number(Token.isLive(b, now)) - Number(Token.isLive(a, now)) || (a.id < b.id ? 1 : -1))
        const live = others.filter((other) => Token.isLive(other, now)).length
        if (token.kind === "access" && live >= Token.maxPerUser) return Effect.fail(new TooManyTokens())
        for (const other of others.slice(Token.maxPerUser - 1)) forget(other)
        const kept = { ...token }
        tokens.set(token.id, { token: kept, fingerprint })
        byFingerprint.set(fingerprint, kept)
        const mine = byUser.get(token.userId) ?? new Map<string, Mutable<Token.Token>>()
        byUser.set(token.userId, mine.set(token.id, kept))
        return Effect.void
      }),

    findToken: (fingerprint) => Effect.sync(() => owned(byFingerprint.get(fingerprint))),

    getToken: (id) => Effect.sync(() => owned(tokens.get(id)?.token)),

    touchToken: (id, until) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const token = tokens.get(id)?.token
        if (token !== undefined && Token.isLive(token, now)) Object.assign(token, Token.used(token, now, until))
      }),

    revokeToken: (id) =>
      step((now) => {
        const kept = tokens.get(id)
        if (kept === undefined) return Effect.fail(new TokenNotFound({ id }))
        if (kept.token.revokedAt !== null) return Effect.void
        kept.token.revokedAt = now
        return append({ _tag: "TokenRevoked", userId: kept.token.userId, tokenId: id })
      }),

    tokens: (range, userId) =>
      Effect.sync(() => {
        const some = userId === undefined ? [...tokens.values()].map(({ token }) => token) : tokensOf(userId)
        return page(
          some.map((token) => [token.id, token] as const),
          range,
        ).map((token) => ({ ...token }))
      }),

    addInvite: (invite) =>
      Effect.sync(() => {
        invites.set(invite.fingerprint, { ...invite, usedAt: null, usedBy: null })
      }),

    invites: (range) => Effect.sync(() => page(invites, range).map((invite) => ({ ...invite }))),

    removeInvite: (fingerprint) =>
      Effect.suspend(() => {
        const invite = invites.get(fingerprint)
        if (invite === undefined || invite.usedAt !== null) return Effect.fail(new InviteNotFound({ id: fingerprint }))
        invites.delete(fingerprint)
        return Effect.void
      }),

    purge: step((now) => {
      const endedBefore = (time: number | null) => time !== null && time <= now - Token.keptAfterEnd
      for (const { token } of tokens.values()) {
        if (endedBefore(token.revokedAt) || endedBefore(token.expiresAt)) forget(token)
      }
      for (const [fingerprint, invite] of invites) {
        if (endedBefore(invite.usedAt) || endedBefore(invite.expiresAt)) invites.delete(fingerprint)
      }
      return Effect.void
    }),

    bans: Effect.sync(() => [...bans.values()].toSorted((one, other) => (one.address < other.address ? -1 : 1))),

    ban: (ban) =>
      step((now) => {
        for (const { address, until } of bans.values()) if (until !== null && until <= now) bans.delete(address)
        if (bans.size >= maxBans && !bans.has(ban.address)) return Effect.fail(new TooManyBans())
        bans.set(ban.address, ban)
        return Effect.void
      }),

    unban: (address) => Effect.sync(() => void bans.delete(address)),

    note: (act) => Effect.sync(() => audit.add(act)),

    audit: ({ before = Number.POSITIVE_INFINITY, limit }) => Effect.sync(() => audit.page(before, limit)),

    changes: feed.changes,
    announced: feed.announced,
    heed: feed.heed,
  }
})

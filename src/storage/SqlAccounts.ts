import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Function from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as SqlSchema from "effect/sql/SqlSchema"
import { AccountChange } from "../accounts/AccountChange.ts"
import {
  AccountDisabled,
  AccountNotFound,
  InviteNotFound,
  InviteNotValid,
  LastAdministrator,
  NameTaken,
  TokenNotFound,
  TooManyTokens,
} from "../accounts/AccountError.ts"
import { AccountStore } from "../accounts/AccountStore.ts"
import type { AccountStoreShape } from "../accounts/AccountStoreShape.ts"
import * as ChangeFeed from "../accounts/ChangeFeed.ts"
import * as Token from "../accounts/Token.ts"
import type { UserId } from "../domain/User.ts"
import * as NameKey from "../domain/NameKey.ts"
import * as Username from "../domain/Username.ts"
import { Dialect } from "./Dialect.ts"
import {
  AccountRow,
  ChangeRow,
  CredentialsRow,
  InviteRow,
  OwnedTokenRow,
  ownedBy,
  TokenRow,
} from "./internal/accountRows.ts"
import * as AddressBans from "./internal/addressBans.ts"
import { asStorageError } from "./internal/asStorageError.ts"
import { StoredScope } from "./internal/storedScope.ts"
import { gathered } from "./internal/gathered.ts"
import * as ServiceAudit from "./internal/serviceAudit.ts"

// Every statement is one that SQLite and Postgres both accept.

const encodeScope = Schema.encodeSync(StoredScope)
const decodeChange = Schema.decodeUnknownEffect(AccountChange)

/** Tokens removed in one statement, which holds the write lock and the thread. */
const purgeBatch = 1000

/** Changes read at a time. */
const changePage = 256

const takenAs =
  (name: string) =>
  <A>(insert: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError | NameTaken> =>
    Effect.catchIf(
      insert,
      (error) => error.reason._tag === "UniqueViolation",
      () => Effect.fail(new NameTaken({ name })),
    )

const make: Effect.Effect<AccountStoreShape, never, SqlClient | Dialect | Scope.Scope> = Effect.gen(function* () {
  const sql = yield* SqlClient
  const { inTurn } = (yield* Dialect).phrases(sql)

  const accountColumns = sql.literal(`id, name, role, disabled, created_at AS "createdAt"`)
  const tokenColumns = sql.literal(
    `id, kind, user_id AS "userId", label, scope, created_at AS "createdAt", expires_at AS "expiresAt", ` +
      `last_used_at AS "lastUsedAt", revoked_at AS "revokedAt"`,
  )

  const ownedTokenColumns = sql.literal(
    `tokens.id, kind, user_id AS "userId", label, scope, tokens.created_at AS "createdAt", expires_at AS "expiresAt", ` +
      `last_used_at AS "lastUsedAt", revoked_at AS "revokedAt", name AS "accountName", role AS "accountRole", ` +
      `disabled AS "accountDisabled", accounts.created_at AS "accountCreatedAt"`,
  )

  const findCredentials = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: CredentialsRow,
    execute: (name) => {
      const spelling = Username.spelling(name)
      return sql`SELECT ${accountColumns}, password_hash AS "passwordHash" FROM accounts
        WHERE name_key = ${spelling} OR look = ${NameKey.key(name)}
        ORDER BY CASE WHEN name_key = ${spelling} THEN 0 ELSE 1 END LIMIT 1`
    },
  })

  const findAccount = SqlSchema.findOneOption({
    Request: Schema.String,
    Result: AccountRow,
    execute: (id) => sql`SELECT ${accountColumns} FROM accounts WHERE id = ${id}`,
  })

  const findIdentified = SqlSchema.findOneOption({
    Request: Schema.Struct({ issuer: Schema.String, subject: Schema.String }),
    Result: AccountRow,
    execute: ({ issuer, subject }) => sql`SELECT ${accountColumns} FROM accounts
      JOIN identities ON user_id = accounts.id WHERE issuer = ${issuer} AND subject = ${subject}`,
  })

  const listAccounts = SqlSchema.findAll({
    Request: Schema.Struct({ after: Schema.String, limit: Schema.Int }),
    Result: AccountRow,
    execute: ({ after, limit }) =>
      sql`SELECT ${accountColumns} FROM accounts WHERE name_key > ${after} ORDER BY name_key LIMIT ${limit}`,
  })

  // Everybody comes back at once after a restart.
  const tokensBy = (column: "id" | "fingerprint") => {
    const find = SqlSchema.findAll({
      Request: Schema.Array(Schema.String),
      Result: OwnedTokenRow,
      execute: (asked) =>
        sql`SELECT fingerprint, ${ownedTokenColumns} FROM tokens JOIN accounts ON accounts.id = user_id
          WHERE ${sql.in(`tokens.${column}`, asked)}`,
    })
    return gathered((asked: ReadonlyArray<string>) =>
      asStorageError(Effect.map(find(asked), (rows) => ownedBy(column, rows))),
    )
  }
  const findToken = yield* tokensBy("fingerprint")
  const getToken = yield* tokensBy("id")

  const live = (now: number) => sql`revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})`

  // All those who ask at once ask for the same, give or take the moment.
  const touchToken = yield* gathered((uses: ReadonlyArray<{ readonly id: string; readonly until: number | null }>) =>
    Clock.currentTimeMillis.pipe(
      Effect.flatMap((now) => {
        const untils = uses.map(({ until }) => until)
        const until = untils.every((until) => until !== null) ? Math.max(...untils) : null
        const renewed = until === null ? sql`NULL` : sql`${until}`
        const short = until === null ? sql`kind = 'session'` : sql`kind = 'session' AND expires_at < ${until}`
        return sql`UPDATE tokens SET last_used_at = ${now}, expires_at = CASE WHEN ${short} THEN ${renewed} ELSE expires_at END
          WHERE ${sql.in(
            "id",
            uses.map(({ id }) => id),
          )} AND ${live(now)}`
      }),
      Effect.as(Function.constVoid),
      asStorageError,
    ),
  )

  const listTokens = SqlSchema.findAll({
    Request: Schema.Struct({ after: Schema.String, limit: Schema.Int, userId: Schema.UndefinedOr(Schema.String) }),
    Result: TokenRow,
    execute: ({ after, limit, userId }) => {
      const wanted = sql.and([sql`id > ${after}`, ...(userId === undefined ? [] : [sql`user_id = ${userId}`])])
      return sql`SELECT ${tokenColumns} FROM tokens WHERE ${wanted} ORDER BY id LIMIT ${limit}`
    },
  })

  const listInvites = SqlSchema.findAll({
    Request: Schema.Struct({ after: Schema.String, limit: Schema.Int }),
    Result: InviteRow,
    execute: ({ after, limit }) =>
      sql`SELECT fingerprint, created_at AS "createdAt", expires_at AS "expiresAt", used_at AS "usedAt", used_by AS "usedBy"
        FROM invites WHERE fingerprint > ${after} ORDER BY fingerprint LIMIT ${limit}`,
  })

  const listChanges = SqlSchema.findAll({
    Request: Schema.Int,
    Result: ChangeRow,
    execute: (seq) =>
      sql`SELECT seq, tag, user_id AS "userId", token_id AS "tokenId" FROM account_changes
        WHERE seq > ${seq} ORDER BY seq LIMIT ${changePage}`,
  })

  const feed = yield* ChangeFeed.make({
    latest: sql<{ seq: number }>`SELECT COALESCE(MAX(seq), 0) AS seq FROM account_changes`.pipe(
      Effect.map((rows) => rows[0]?.seq ?? 0),
      asStorageError,
    ),
    after: (seq) =>
      listChanges(seq).pipe(
        Effect.flatMap(
          Effect.forEach(({ seq, tag, tokenId, userId }) =>
            Effect.map(decodeChange({ _tag: tag, userId, ...(tokenId === null ? {} : { tokenId }) }), (change) => ({
              seq,
              change,
            })),
          ),
        ),
        asStorageError,
      ),
  })

  /** Whoever reads on from a place misses nothing: none comes before one that was seen. */
  const record = (change: AccountChange, now: number) =>
    Effect.andThen(
      sql`${inTurn}`,
      sql`INSERT INTO account_changes ${sql.insert({
        tag: change._tag,
        user_id: change.userId,
        token_id: "tokenId" in change ? (change.tokenId ?? null) : null,
        changed_at: now,
      })}`,
    )

  const revokeAll = (id: UserId, now: number, keep = "") =>
    sql`UPDATE tokens SET revoked_at = ${now} WHERE user_id = ${id} AND revoked_at IS NULL AND id <> ${keep}`

  /** All of the steps or none, in one transaction. */
  const together = <A, E, R>(steps: (now: number) => Effect.Effect<A, E, R>) =>
    asStorageError(sql.withTransaction(Effect.flatMap(Clock.currentTimeMillis, steps)))

  const useInvite = Effect.fnUntraced(function* (fingerprint: string, userId: UserId, now: number) {
    const used = yield* sql`UPDATE invites SET used_at = ${now}, used_by = ${userId}
      WHERE fingerprint = ${fingerprint} AND used_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})
      RETURNING fingerprint`
    if (used.length === 0) return yield* new InviteNotValid()
  })

  return {
    add: ({ passwordHash, ...account }, inviteFingerprint, identity) =>
      together(
        Effect.fnUntraced(function* (now) {
          yield* sql`INSERT INTO accounts ${sql.insert({
            id: account.id,
            name: account.name,
            name_key: Username.spelling(account.name),
            look: NameKey.key(account.name),
            role: account.role,
            password_hash: Redacted.value(passwordHash),
            disabled: Number(account.disabled),
            created_at: account.createdAt,
          })}`.pipe(takenAs(account.name))
          if (identity !== undefined) {
            yield* sql`INSERT INTO identities ${sql.insert({ ...identity, user_id: account.id })}`.pipe(
              takenAs(account.name),
            )
          }
          if (inviteFingerprint !== undefined) yield* useInvite(inviteFingerprint, account.id, now)
        }),
      ),

    find: (name) => asStorageError(findCredentials(name)),

    get: (id) => asStorageError(findAccount(id)),

    findIdentity: (identity) => asStorageError(findIdentified(identity)),

    setRole: (id, role) =>
      together(
        Effect.fnUntraced(function* (now) {
          const changed =
            yield* sql`UPDATE accounts SET role = ${role} WHERE id = ${id} AND role <> ${role} RETURNING id`
          if (changed.length > 0) yield* record({ _tag: "RoleChanged", userId: id }, now)
        }),
      ).pipe(Effect.andThen(feed.announce)),

    demote: (id) =>
      together(
        Effect.fnUntraced(function* (now) {
          // Whoever takes the role from another at the same time waits here: each would see that one is left.
          yield* sql`UPDATE accounts SET role = 'admin' WHERE role = 'admin'`
          const changed =
            yield* sql`UPDATE accounts SET role = 'member' WHERE id = ${id} AND role = 'admin' AND EXISTS (
            SELECT 1 FROM accounts others WHERE others.role = 'admin' AND others.disabled = 0 AND others.id <> ${id})
            RETURNING id`
          if (changed.length > 0) return yield* record({ _tag: "RoleChanged", userId: id }, now)
          const left = yield* sql`SELECT id FROM accounts WHERE id = ${id} AND role = 'admin'`
          if (left.length > 0) return yield* new LastAdministrator()
        }),
      ).pipe(Effect.andThen(feed.announce)),

    list: ({ after = "", limit }) => asStorageError(listAccounts({ after, limit })),

    setPassword: (id, passwordHash, keep) =>
      together(
        Effect.fnUntraced(function* (now) {
          const changed = yield* sql`UPDATE accounts SET password_hash = ${Redacted.value(passwordHash)}
          WHERE id = ${id} RETURNING id`
          if (changed.length === 0) return yield* new AccountNotFound({ account: id })
          yield* revokeAll(id, now, keep)
          yield* record({ _tag: "PasswordChanged", userId: id, tokenId: keep }, now)
        }),
      ).pipe(Effect.andThen(feed.announce)),

    rehash: (id, from, to) =>
      sql`UPDATE accounts SET password_hash = ${Redacted.value(to)}
        WHERE id = ${id} AND password_hash = ${Redacted.value(from)}`.pipe(Effect.asVoid, asStorageError),

    setDisabled: (id, disabled) =>
      together(
        Effect.fnUntraced(function* (now) {
          const changed = yield* sql`UPDATE accounts SET disabled = ${Number(disabled)} WHERE id = ${id} RETURNING id`
          if (changed.length === 0) return yield* new AccountNotFound({ account: id })
          if (!disabled) return
          yield* revokeAll(id, now)
          yield* record({ _tag: "Disabled", userId: id }, now)
        }),
      ).pipe(Effect.andThen(feed.announce)),

    addToken: (token, fingerprint) =>
      together(
        Effect.fnUntraced(function* (now) {
          const owner = yield* findAccount(token.userId)
          if (Option.isNone(owner)) return yield* new AccountNotFound({ account: token.userId })
          if (owner.value.disabled) return yield* new AccountDisabled()
          const alike = sql`user_id = ${token.userId} AND kind = ${token.kind}`
          if (token.kind === "access") {
            const rows = yield* sql`SELECT id FROM tokens WHERE ${alike} AND ${live(now)} LIMIT ${Token.maxPerUser}`
            if (rows.length >= Token.maxPerUser) return yield* new TooManyTokens()
          }
          // The ones to keep first: live before ended, then new before old. (Without a LIMIT, SQLite takes no OFFSET.)
          yield* sql`DELETE FROM tokens WHERE id IN (
          SELECT id FROM tokens WHERE ${alike}
          ORDER BY CASE WHEN ${live(now)} THEN 0 ELSE 1 END, id DESC
          LIMIT ${purgeBatch} OFFSET ${Token.maxPerUser - 1})`
          yield* sql`INSERT INTO tokens ${sql.insert({
            id: token.id,
            kind: token.kind,
            fingerprint,
            user_id: token.userId,
            label: token.label,
            scope: token.scope === null ? null : encodeScope(token.scope),
            created_at: token.createdAt,
            expires_at: token.expiresAt,
            last_used_at: token.lastUsedAt,
            revoked_at: token.revokedAt,
          })}`
        }),
      ),

    findToken,

    getToken,

    touchToken: (id, until) => touchToken({ id, until }),

    revokeToken: (id) =>
      together(
        Effect.fnUntraced(function* (now) {
          const [token] = yield* sql<{ userId: UserId; revokedAt: number | null }>`
          SELECT user_id AS "userId", revoked_at AS "revokedAt" FROM tokens WHERE id = ${id}`
          if (token === undefined) return yield* new TokenNotFound({ id })
          if (token.revokedAt !== null) return
          yield* sql`UPDATE tokens SET revoked_at = ${now} WHERE id = ${id}`
          yield* record({ _tag: "TokenRevoked", userId: token.userId, tokenId: id }, now)
        }),
      ).pipe(Effect.andThen(feed.announce)),

    tokens: ({ after = "", limit }, userId) => asStorageError(listTokens({ after, limit, userId })),

    addInvite: (invite) =>
      sql`INSERT INTO invites ${sql.insert({
        fingerprint: invite.fingerprint,
        created_at: invite.createdAt,
        expires_at: invite.expiresAt,
      })}`.pipe(Effect.asVoid, asStorageError),

    invites: ({ after = "", limit }) => asStorageError(listInvites({ after, limit })),

    removeInvite: (fingerprint) =>
      sql`DELETE FROM invites WHERE fingerprint = ${fingerprint} AND used_at IS NULL RETURNING fingerprint`.pipe(
        asStorageError,
        Effect.flatMap((removed) =>
          removed.length === 0 ? Effect.fail(new InviteNotFound({ id: fingerprint })) : Effect.void,
        ),
      ),

    purge: Effect.gen(function* () {
      const before = (yield* Clock.currentTimeMillis) - Token.keptAfterEnd
      yield* sql`DELETE FROM tokens WHERE id IN (
        SELECT id FROM tokens WHERE revoked_at <= ${before} OR expires_at <= ${before} LIMIT ${purgeBatch})
        RETURNING id`.pipe(Effect.repeat({ while: (removed) => removed.length === purgeBatch }))
      yield* sql`DELETE FROM invites WHERE used_at <= ${before} OR expires_at <= ${before}`
      yield* sql`DELETE FROM account_changes
        WHERE seq <= (SELECT MAX(seq) FROM account_changes) - ${ChangeFeed.kept}`
    }).pipe(asStorageError),

    ...AddressBans.make(sql),

    ...ServiceAudit.make(sql),

    changes: feed.changes,
    announced: feed.announced,
    heed: feed.heed,
  }
})

/** Accounts in a SQL database whose migrations have been run. Their statements are the same in all dialects there are. */
export const layer: Layer.Layer<AccountStore, never, SqlClient | Dialect> = Layer.effect(AccountStore, make)

import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import * as ChangeFeed from "../../src/accounts/ChangeFeed.ts"
import * as Token from "../../src/accounts/Token.ts"
import { setImmediate } from "node:timers/promises"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as SqlAccounts from "../../src/storage/SqlAccounts.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"
import { account, accountStore, token } from "../suites/accountStore.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

const inFolder = (folder: string) =>
  SqlAccounts.layer.pipe(
    // Nothing here is about the disk: a commit does not wait for it.
    Layer.provideMerge(Sqlite.layer({ synchronous: "normal" })),
    Layer.provide(DataFolder.layer(folder)),
    Layer.provide(platform),
  )

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "natter-test-" }),
).pipe(Effect.provide(platform))

accountStore("in SQLite", Layer.unwrap(Effect.map(temporaryFolder, inFolder)))

describe("accounts in SQLite", () => {
  const alice = account("Alice")

  it.effect("are there when the file is opened again", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const mine = token(alice, 1)
      yield* Effect.gen(function* () {
        const store = yield* AccountStore
        yield* store.add(alice)
        yield* store.addToken(mine, "print")
        yield* store.addInvite({ fingerprint: "invite", createdAt: 0, expiresAt: null })
        yield* store.revokeToken(mine.id)
      }).pipe(Effect.provide(inFolder(folder)))
      yield* Effect.gen(function* () {
        const store = yield* AccountStore
        const found = Option.getOrThrow(yield* store.find("alice"))
        assert.strictEqual(Redacted.value(found.passwordHash), "hash of Alice")
        assert.isNotNull(Option.getOrThrow(yield* store.findToken("print")).token.revokedAt)
        yield* store.add(account("bob"), "invite")
        assert.strictEqual((yield* Effect.flip(store.add(alice)))._tag, "NameTaken")
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )

  it.effect("tell their changes to another process within two seconds", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      // Two layers built apart have a connection each, as two processes would.
      const server = yield* Layer.build(inFolder(folder).pipe(Layer.fresh))
      const other = yield* Layer.build(inFolder(folder).pipe(Layer.fresh))
      const here = yield* Effect.provide(AccountStore, server)
      const there = yield* Effect.provide(AccountStore, other)
      yield* here.add(alice)
      yield* here.addToken(token(alice, 1), "print")
      const heard: Array<string> = []
      // The clock stands still; the database's thread has its own time.
      const until = (count: number) =>
        Effect.promise(async () => {
          while (heard.length < count) await setImmediate()
        })
      yield* here.changes.pipe(
        Stream.runForEach((change) => Effect.sync(() => heard.push(change._tag))),
        Effect.forkChild({ startImmediately: true }),
      )
      yield* Effect.yieldNow
      yield* there.revokeToken(token(alice, 1).id)
      yield* there.setDisabled(alice.id, true)
      assert.deepStrictEqual(heard, [])
      yield* TestClock.adjust("2 seconds")
      yield* until(2)
      assert.deepStrictEqual(heard, ["TokenRevoked", "Disabled"])
      yield* there.setPassword(alice.id, Redacted.make("new"))
      yield* TestClock.adjust("2 seconds")
      yield* until(3)
      assert.deepStrictEqual(heard, ["TokenRevoked", "Disabled", "PasswordChanged"])
      assert.isTrue(Option.getOrThrow(yield* here.find("alice")).disabled)
    }),
  )

  it.effect("are registered once by two processes at the same moment", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const stores = yield* Effect.forEach([1, 2], () =>
        Effect.flatMap(Layer.build(Layer.fresh(inFolder(folder))), (context) => Effect.provide(AccountStore, context)),
      )
      const done = yield* Effect.forEach(
        stores,
        (store, n) => Effect.exit(store.add({ ...alice, id: account(`${n}`).id })),
        {
          concurrency: "unbounded",
        },
      )
      assert.strictEqual(done.filter((exit) => exit._tag === "Success").length, 1)
    }),
  )

  it.effect("keep a bounded log of changes, and go on numbering after it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const store = yield* AccountStore
        const sql = yield* SqlClient
        yield* store.add(alice)
        yield* sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ChangeFeed.kept + 500})
          INSERT INTO account_changes (tag, user_id, changed_at) SELECT 'Disabled', 'someone', i FROM n`
        yield* store.purge
        const [row] = yield* sql<{
          rows: number
          least: number
        }>`SELECT COUNT(*) AS rows, MIN(seq) AS least FROM account_changes`
        assert.deepStrictEqual({ ...row }, { rows: ChangeFeed.kept, least: 501 })
        const next = yield* store.changes.pipe(
          Stream.take(1),
          Stream.runCollect,
          Effect.forkChild({ startImmediately: true }),
        )
        yield* Effect.yieldNow
        yield* store.setDisabled(alice.id, true)
        assert.deepStrictEqual(yield* Fiber.join(next), [{ _tag: "Disabled", userId: alice.id }])
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )

  it.effect("know who has used an invite, and forget it a day after; other invites stay", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const store = yield* AccountStore
        const sql = yield* SqlClient
        for (const [fingerprint, expiresAt] of [
          ["used", 5000],
          ["open", null],
          ["later", 6000],
          ["ended", 5999],
        ] as const) {
          yield* store.addInvite({ fingerprint, createdAt: 3, expiresAt })
        }
        yield* TestClock.setTime(4000)
        yield* store.add(alice, "used")
        const invites = Effect.map(
          sql`SELECT fingerprint, created_at, expires_at, used_at, used_by FROM invites ORDER BY fingerprint`.values,
          (rows) => rows.map((row) => row.join(" ")),
        )
        const [open, later, ended] = ["open 3   ", "later 3 6000  ", "ended 3 5999  "]
        assert.deepStrictEqual(yield* invites, [ended, later, open, "used 3 5000 4000 id-alice"])
        yield* TestClock.setTime(3999 + Token.keptAfterEnd)
        yield* store.purge
        assert.lengthOf(yield* invites, 4)
        yield* TestClock.setTime(4000 + Token.keptAfterEnd)
        yield* store.purge
        assert.deepStrictEqual(yield* invites, [ended, later, open])
        yield* TestClock.setTime(5999 + Token.keptAfterEnd)
        yield* store.purge
        assert.deepStrictEqual(yield* invites, [later, open])
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )

  it.effect("forget as many tokens as have ended, and make room however many there are", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const store = yield* AccountStore
        const sql = yield* SqlClient
        yield* store.add(alice)
        yield* store.add(account("bob"))
        const many = (user: string, count: number) => sql`
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
          INSERT INTO tokens (id, kind, fingerprint, user_id, created_at, expires_at)
          SELECT ${user} || i, 'session', ${user} || i, ${user}, 0, CASE WHEN i % 10 = 0 THEN NULL ELSE 1 END FROM n`
        yield* many(alice.id, 2500)
        yield* TestClock.setTime(1 + Token.keptAfterEnd)
        yield* store.purge
        assert.lengthOf(yield* store.tokens({ limit: 5000 }), 250)
        yield* many("id-bob", 700)
        yield* store.addToken(token(alice, 1), "one more")
        assert.lengthOf(yield* store.tokens({ limit: 5000 }, alice.id), Token.maxPerUser)
        assert.lengthOf(yield* store.tokens({ limit: 5000 }, account("bob").id), 700)
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )

  it.effect("write down which change it was, and when", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const store = yield* AccountStore
        const sql = yield* SqlClient
        yield* store.add(alice)
        yield* store.addToken(token(alice, 1), "1")
        yield* TestClock.setTime(77)
        yield* store.revokeToken(token(alice, 1).id)
        yield* store.setDisabled(alice.id, false)
        yield* store.setPassword(alice.id, Redacted.make("new"))
        yield* store.setDisabled(alice.id, true)
        const log = yield* sql`SELECT seq, tag, user_id, token_id, changed_at FROM account_changes ORDER BY seq`.values
        assert.deepStrictEqual(log, [
          [1, "TokenRevoked", alice.id, token(alice, 1).id, 77],
          [2, "PasswordChanged", alice.id, null, 77],
          [3, "Disabled", alice.id, null, 77],
        ])
        // All of it or nothing.
        yield* sql`ALTER TABLE account_changes RENAME TO lost`
        yield* store.addToken(token(alice, 2), "2").pipe(Effect.ignore)
        yield* Effect.flip(store.setPassword(alice.id, Redacted.make("newer")))
        const { passwordHash } = Option.getOrThrow(yield* store.find("alice"))
        assert.strictEqual(Redacted.value(passwordHash), "new")
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )

  it.effect("say that the storage failed, not what the database said", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const store = yield* AccountStore
        const sql = yield* SqlClient
        yield* store.add(alice)
        yield* sql`UPDATE accounts SET role = 'emperor'`
        const corrupt = yield* Effect.flip(store.find("alice"))
        assert.strictEqual(corrupt.message, "Accounts can't be read or written")
        assert.isFalse(corrupt.retryable)
        yield* sql`DROP TABLE invites`
        const missing = yield* Effect.flip(store.addInvite({ fingerprint: "x", createdAt: 0, expiresAt: null }))
        assert.strictEqual(missing._tag, "StorageError")
      }).pipe(Effect.provide(inFolder(folder)))
    }),
  )
})

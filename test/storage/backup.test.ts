import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as Backup from "../../src/storage/Backup.ts"
import { DataFolder } from "../../src/storage/DataFolder.ts"
import * as OwnFolder from "../../src/storage/OwnFolder.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)
const makeFolder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()).pipe(
  Effect.provide(platform),
)
const inFolder = (folder: string) => Layer.provide(DataFolder.layer(folder), platform)

const add = (sql: SqlClient, name: string) =>
  sql`INSERT INTO accounts (id, name, name_key, role, password_hash, created_at)
    VALUES (${name}, ${name}, ${name}, 'member', 'x', 1)`

/** The database of a folder, as a service has it open, until `end`. */
const open = Effect.fnUntraced(function* (folder: string) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const layer = Layer.fresh(Layer.provide(OwnFolder.layer(), inFolder(folder)))
  const sql = yield* Effect.provide(SqlClient, yield* Layer.buildWithScope(layer, scope))
  return { sql, end: Scope.close(scope, Exit.void) }
})
const names = (folder: string) =>
  Effect.gen(function* () {
    const { end, sql } = yield* open(folder)
    const rows = yield* sql<{ name: string }>`SELECT name FROM accounts ORDER BY name`
    yield* end
    return rows.map(({ name }) => name)
  })
const refusal = (folder: string) => Effect.map(Effect.flip(open(folder)), ({ message }) => message)

/** A folder as `kill -9` leaves it: what the files were while a service had them open. */
const killed = Effect.fnUntraced(function* (from: string) {
  const folder = yield* makeFolder
  for (const file of fs.readdirSync(from)) fs.copyFileSync(`${from}/${file}`, `${folder}/${file}`)
  return folder
})

const restore = (file: string, folder: string, incomplete = false) =>
  Effect.scoped(Backup.restore(file, { incomplete })).pipe(Effect.provide(inFolder(folder)))

describe("a backup", () => {
  it.live("is made while a service writes, and holds all that was stored before it", () =>
    Effect.gen(function* () {
      const [folder, other] = [yield* makeFolder, yield* makeFolder]
      const { end, sql } = yield* open(folder)
      yield* add(sql, "ann")
      const file = `${other}/monday.db`
      const contents = yield* Backup.backup(folder, file)
      assert.strictEqual(contents.accounts, 1)
      assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
      yield* add(sql, "bob")
      yield* end
      assert.deepStrictEqual(fs.readdirSync(other), ["monday.db"])

      const third = yield* makeFolder
      yield* restore(file, third)
      assert.deepStrictEqual(yield* names(third), ["ann"])
      assert.deepStrictEqual(yield* names(folder), ["ann", "bob"])
    }).pipe(Effect.scoped),
  )

  it.live("replaces no file, and is not made of nothing or of what is damaged", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      assert.include((yield* Effect.flip(Backup.backup(folder, `${folder}/a.db`))).message, "nothing to back up")
      assert.deepStrictEqual(yield* names(folder), [])
      fs.writeFileSync(`${folder}/a.db`, "mine")
      assert.include((yield* Effect.flip(Backup.backup(folder, `${folder}/a.db`))).message, "is there already")
      assert.strictEqual(fs.readFileSync(`${folder}/a.db`, "utf8"), "mine")
      assert.include((yield* Effect.flip(Backup.backup(folder, `${folder}/none/a.db`))).message, "no backup was made")
      fs.truncateSync(`${folder}/natter.db`, 3 * 4096)
      yield* Effect.flip(Backup.backup(folder, `${folder}/b.db`))
      assert.deepStrictEqual(
        fs.readdirSync(folder).filter((file) => file.startsWith("b.db")),
        [],
      )
    }).pipe(Effect.scoped),
  )
})

describe("what a backup says", () => {
  it.live("is how much is in it, what was deleted not counted", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const { end, sql } = yield* open(folder)
      for (const name of ["ann", "bob", "cat"]) yield* add(sql, name)
      yield* sql`INSERT INTO channels (id, name, access, topic, created_at) VALUES ('d', 'den', 'public', '', 1),
        ('a', 'attic', 'private', '', 1)`
      const entry = (seq: number, type: string, content: string | null) =>
        sql`INSERT INTO entries (channel, seq, type, user_id, user_name, timestamp, content, target)
          VALUES ('d', ${seq}, ${type}, 'u', 'u', 1, ${content}, 99)`
      yield* Effect.all([entry(1, "Message", "x"), entry(2, "Message", null), entry(3, "Edited", "x")])
      const file = `${yield* makeFolder}/monday.db`
      const contents = yield* Backup.backup(folder, file)
      yield* end
      const held = { accounts: 3, channels: 2, messages: 1, files: 0, bytes: fs.statSync(file).size }
      assert.deepStrictEqual(contents, held)
      const other = yield* makeFolder
      assert.deepStrictEqual(yield* restore(file, other), { ...held, replaced: undefined })
      assert.deepStrictEqual(fs.readdirSync(other).toSorted(), ["natter.db", "serve.lock"])
      assert.strictEqual(fs.statSync(`${other}/natter.db`).mode & 0o777, 0o600)
    }).pipe(Effect.scoped),
  )

  it.live("is what was wrong: a folder without a database, one that was copied while in use, one that is damaged", () =>
    Effect.gen(function* () {
      const [folder, other] = [yield* makeFolder, yield* makeFolder]
      const file = `${other}/monday.db`
      const refused = Effect.map(Effect.flip(Backup.backup(folder, file)), ({ message }) => message)
      fs.writeFileSync(`${folder}/natter.db`, "")
      assert.strictEqual(yield* refused, `there is nothing to back up: no database in ${folder}`)
      const service = yield* open(yield* makeFolder)
      const database = (yield* service.sql<{ file: string }>`PRAGMA database_list`)[0]!.file
      fs.copyFileSync(database, `${folder}/natter.db`)
      yield* service.end
      const inUse = `${folder}/natter.db can't be used: it was copied while a service used it`
      assert.isTrue((yield* refused).startsWith(inUse))
      const torn = fs.readFileSync(database)
      torn.fill(0xff, 5 * 4096, 6 * 4096)
      fs.writeFileSync(`${folder}/natter.db`, torn)
      assert.match(yield* refused, /^no backup was made: |can't be used: it is damaged/)
      assert.deepStrictEqual(fs.readdirSync(other), [])
    }).pipe(Effect.scoped),
  )

  it.live("does not depend on what one before has left half-way", () =>
    Effect.gen(function* () {
      const [folder, other] = [yield* makeFolder, yield* makeFolder]
      const { end, sql } = yield* open(folder)
      yield* add(sql, "ann")
      yield* end
      const file = `${other}/monday.db`
      fs.writeFileSync(`${file}.part`, "half a backup")
      assert.strictEqual((yield* Backup.backup(folder, file)).accounts, 1)
      const third = yield* makeFolder
      fs.writeFileSync(`${third}/natter.db.restoring`, "half a database")
      assert.strictEqual((yield* restore(file, third)).accounts, 1)
      assert.deepStrictEqual(fs.readdirSync(other), ["monday.db"])
      assert.deepStrictEqual(fs.readdirSync(third).toSorted(), ["natter.db", "serve.lock"])
    }).pipe(Effect.scoped),
  )
})

describe("restoring", () => {
  it.live("keeps the one before it beside, and no older one; the lock is free again", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const files: Array<string> = []
      for (const name of ["ann", "bob", "cat"]) {
        const source = yield* makeFolder
        const { end, sql } = yield* open(source)
        yield* add(sql, name)
        files.push(`${source}/natter.db`)
        yield* end
      }
      fs.writeFileSync(`${folder}/natter.db.replaced-wal`, "of something else")
      const beside = (file: string) => {
        const db = new DatabaseSync(file)
        const [row] = db.prepare("SELECT name FROM accounts").all()
        db.close()
        return row!["name"]
      }
      assert.isUndefined((yield* restore(files[0]!, folder)).replaced)
      assert.isFalse(fs.existsSync(`${folder}/natter.db.replaced-wal`))
      for (const [n, before] of [
        [1, "ann"],
        [2, "bob"],
      ] as const) {
        const { replaced } = yield* restore(files[n]!, folder)
        assert.strictEqual(beside(replaced!), before)
      }
      assert.deepStrictEqual(yield* names(folder), ["cat"])
    }).pipe(Effect.scoped),
  )

  it.live("takes a copy made by hand together with the -wal beside it", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const { end, sql } = yield* open(folder)
      yield* add(sql, "ann")
      const copy = yield* makeFolder
      for (const suffix of ["", "-wal"]) fs.copyFileSync(`${folder}/natter.db${suffix}`, `${copy}/copy${suffix}`)
      yield* end
      const other = yield* makeFolder
      yield* restore(`${copy}/copy`, other, true)
      assert.deepStrictEqual(yield* names(other), ["ann"])
    }).pipe(Effect.scoped),
  )

  it.live("says why a file is none that it takes, and touches nothing", () =>
    Effect.gen(function* () {
      const [folder, elsewhere] = [yield* makeFolder, yield* makeFolder]
      assert.deepStrictEqual(yield* names(folder), [])
      const before = fs.readFileSync(`${folder}/natter.db`)
      fs.writeFileSync(`${elsewhere}/empty`, "")
      fs.writeFileSync(`${elsewhere}/letter`, "Dear diary".repeat(100))
      for (const [name, words] of [
        ["nowhere", "is not there, or empty"],
        ["empty", "is not there, or empty"],
        ["letter", "is no database"],
      ] as const) {
        for (const incomplete of [false, true]) {
          const { message } = yield* Effect.flip(restore(`${elsewhere}/${name}`, folder, incomplete))
          assert.strictEqual(message, `${elsewhere}/${name} ${words}`)
        }
      }
      assert.isTrue(fs.readFileSync(`${folder}/natter.db`).equals(before))
      assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), ["natter.db", "serve.lock"])
    }).pipe(Effect.scoped),
  )

  it.live("does away with what a killed service has left, and keeps it beside", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const first = yield* open(folder)
      yield* add(first.sql, "ann")
      const file = `${yield* makeFolder}/monday.db`
      yield* Backup.backup(folder, file)
      for (let n = 0; n < 50; n++) yield* add(first.sql, `later ${n}`)
      const left = yield* killed(folder)
      yield* first.end
      assert.isAbove(fs.statSync(`${left}/natter.db-wal`).size, 0)

      const { replaced } = yield* restore(file, left)
      assert.strictEqual(replaced, `${left}/natter.db.replaced`)
      assert.deepStrictEqual(yield* names(left), ["ann"])
      const old = new DatabaseSync(replaced!)
      assert.strictEqual(old.prepare("SELECT COUNT(*) AS n FROM accounts").get()?.["n"], 51)
      old.close()
    }).pipe(Effect.scoped),
  )

  it.live("makes another history of it, which clients read anew", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const identity = (file: string) => {
        const db = new DatabaseSync(file)
        db.exec("CREATE TABLE IF NOT EXISTS history_identity (id TEXT NOT NULL)")
        if (db.prepare("SELECT id FROM history_identity").get() === undefined) {
          db.exec("INSERT INTO history_identity VALUES ('the first')")
        }
        const found = db.prepare("SELECT id FROM history_identity").get()
        db.close()
        return String(found?.["id"])
      }
      assert.deepStrictEqual(yield* names(folder), [])
      const before = identity(`${folder}/natter.db`)
      const file = `${yield* makeFolder}/monday.db`
      yield* Backup.backup(folder, file)
      assert.strictEqual(identity(file), before)
      yield* restore(file, folder)
      assert.notStrictEqual(identity(`${folder}/natter.db`), before)
      assert.strictEqual(identity(file), before)
    }).pipe(Effect.scoped),
  )

  it.live(
    "refuses a folder that is in use, a file that is no backup, and a damaged one; the folder stays as it is",
    () =>
      Effect.gen(function* () {
        const folder = yield* makeFolder
        const { end, sql } = yield* open(folder)
        yield* add(sql, "ann")
        const elsewhere = yield* makeFolder
        const file = `${elsewhere}/monday.db`
        yield* Backup.backup(folder, file)
        assert.strictEqual((yield* Effect.flip(restore(file, folder)))._tag, "FolderInUse")
        yield* end

        fs.writeFileSync(`${elsewhere}/letter`, "Dear diary".repeat(100))
        const foreign = new DatabaseSync(`${elsewhere}/foreign.db`)
        foreign.exec("CREATE TABLE accounts (name TEXT)")
        foreign.close()
        const torn = fs.readFileSync(file)
        torn.fill(0xff, 4096, 3 * 4096)
        fs.writeFileSync(`${elsewhere}/torn.db`, torn)
        for (const wrong of ["letter", "foreign.db", "torn.db", "nowhere"]) {
          const error = yield* Effect.flip(restore(`${elsewhere}/${wrong}`, folder))
          assert.strictEqual(error._tag, "BackupError", wrong)
        }
        assert.deepStrictEqual(yield* names(folder), ["ann"])
      }).pipe(Effect.scoped),
  )
})

describe("a database that was put there by hand", () => {
  it.live("is refused where it was copied while a service used it, and can be taken as it is", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      // Of a young service, which has not written its first pages back yet, and of one that ran before.
      for (const name of ["ann", "bob"]) {
        const { end, sql } = yield* open(folder)
        yield* add(sql, name)
        const copy = yield* makeFolder
        fs.copyFileSync(`${folder}/natter.db`, `${copy}/natter.db`)
        yield* end
        assert.include(yield* refusal(copy), "copied while a service used it")
        const admin = Layer.fresh(Layer.provide(Sqlite.layer(), inFolder(copy)))
        assert.include(
          (yield* Effect.flip(Effect.scoped(Layer.build(admin)))).message,
          "copied while a service used it",
        )
        const other = yield* makeFolder
        const error = yield* Effect.flip(restore(`${copy}/natter.db`, other))
        assert.include(error.message, "--incomplete")
        yield* restore(`${copy}/natter.db`, other, true)
        assert.deepStrictEqual(yield* names(other), name === "ann" ? [] : ["ann"])
      }
      assert.deepStrictEqual(yield* names(folder), ["ann", "bob"])
    }).pipe(Effect.scoped),
  )

  it.live("is refused beside what another one has left, and neither is touched", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      assert.deepStrictEqual(yield* names(folder), [])
      const older = fs.readFileSync(`${folder}/natter.db`)
      const { end, sql } = yield* open(folder)
      yield* add(sql, "ann")
      const inUse = fs.readFileSync(`${folder}/natter.db`)
      const left = yield* killed(folder)
      yield* end
      const next = yield* open(folder)
      const ofAnotherRun = fs.readFileSync(`${folder}/natter.db`)
      yield* next.end

      for (const [file, words] of [
        [older, "is not the database that"],
        [ofAnotherRun, "belongs to another run"],
        [Buffer.alloc(0), "it is empty"],
      ] as const) {
        fs.writeFileSync(`${left}/natter.db`, file)
        assert.include(yield* refusal(left), words)
        assert.isTrue(fs.readFileSync(`${left}/natter.db`).equals(file))
      }
      fs.writeFileSync(`${left}/natter.db`, inUse)
      assert.deepStrictEqual(yield* names(left), ["ann"])
    }).pipe(Effect.scoped),
  )

  it.live("is refused where it is empty, which would be nobody's, unless nothing came of a first start", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      assert.deepStrictEqual(yield* names(folder), [])
      fs.truncateSync(`${folder}/natter.db`)
      assert.include(yield* refusal(folder), "it is empty, which no service leaves behind")
      const admin = Layer.fresh(Layer.provide(Sqlite.layer(), inFolder(folder)))
      assert.include((yield* Effect.flip(Effect.scoped(Layer.build(admin)))).message, "it is empty")

      const fresh = yield* makeFolder
      fs.mkdirSync(`${fresh}/natter.db-journal`)
      yield* refusal(fresh)
      fs.rmdirSync(`${fresh}/natter.db-journal`)
      assert.deepStrictEqual(yield* names(fresh), [])
    }).pipe(Effect.scoped),
  )

  it.live("is waited for where another process is just making it", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      assert.deepStrictEqual(yield* names(folder), [])
      const made = fs.readFileSync(`${folder}/natter.db`)
      fs.truncateSync(`${folder}/natter.db`)
      const looking = yield* Effect.forkChild(names(folder), { startImmediately: true })
      assert.isUndefined(looking.pollUnsafe())
      fs.writeFileSync(`${folder}/natter.db`, made)
      assert.deepStrictEqual(yield* Fiber.join(looking), [])
    }).pipe(Effect.scoped),
  )

  it.live("of a newer version, or of another program, is not restored", () =>
    Effect.gen(function* () {
      const [folder, elsewhere] = [yield* makeFolder, yield* makeFolder]
      assert.deepStrictEqual(yield* names(folder), [])
      const before = fs.readFileSync(`${folder}/natter.db`)
      const file = `${elsewhere}/newer.db`
      yield* Backup.backup(folder, file)
      const newer = new DatabaseSync(file)
      newer.exec("INSERT INTO migrations (migration_id, name) VALUES (99, 'later')")
      newer.close()
      assert.include((yield* Effect.flip(restore(file, folder))).message, `${file} is of a newer Natter (schema 99`)
      const other = new DatabaseSync(`${elsewhere}/other.db`)
      other.exec("CREATE TABLE bookmarks (id)")
      other.close()
      assert.include(
        (yield* Effect.flip(restore(`${elsewhere}/other.db`, folder))).message,
        `${elsewhere}/other.db can't be used: it is the database of another program`,
      )
      assert.isTrue(fs.readFileSync(`${folder}/natter.db`).equals(before))
      // Neither does an administration make one of Natter's of it.
      const third = yield* makeFolder
      fs.copyFileSync(`${elsewhere}/other.db`, `${third}/natter.db`)
      const admin = Layer.fresh(Layer.provide(Sqlite.layer(), inFolder(third)))
      assert.include((yield* Effect.flip(Effect.scoped(Layer.build(admin)))).message, "another program")
    }).pipe(Effect.scoped),
  )

  it.live("is refused where it is damaged or has lost tables", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      assert.deepStrictEqual(yield* names(folder), [])
      const whole = fs.readFileSync(`${folder}/natter.db`)
      const torn = Buffer.from(whole)
      torn.fill(0xff, 5 * 4096, 6 * 4096)
      fs.writeFileSync(`${folder}/natter.db`, torn)
      assert.include(yield* refusal(folder), "damaged")
      fs.writeFileSync(`${folder}/natter.db`, whole.subarray(0, 4096))
      assert.match(yield* refusal(folder), /damaged|lost its tables/)
      fs.writeFileSync(`${folder}/natter.db`, whole)
      for (const table of ["account_changes", "migrations"]) {
        const db = new DatabaseSync(`${folder}/natter.db`)
        db.exec(`DROP TABLE ${table}`)
        db.close()
        assert.include(yield* refusal(folder), `lost its tables (${table})`)
      }
    }).pipe(Effect.scoped),
  )

  it.live("is in order after a kill, and after an administration of what the kill has left", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const { end, sql } = yield* open(folder)
      yield* add(sql, "ann")
      const left = yield* killed(folder)
      yield* end
      const admin = Layer.fresh(Layer.provide(Sqlite.layer(), inFolder(left)))
      yield* Effect.provide(
        Effect.flatMap(SqlClient, (sql) => add(sql, "bob")),
        admin,
      )
      assert.isFalse(fs.existsSync(`${left}/natter.db-wal`))
      assert.deepStrictEqual(yield* names(left), ["ann", "bob"])
    }).pipe(Effect.scoped),
  )
})

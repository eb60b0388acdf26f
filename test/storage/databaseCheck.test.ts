import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll } from "vitest"
import { damage } from "../../src/storage/internal/databaseCheck.ts"
import * as Sqlite from "../../src/storage/Sqlite.ts"

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-test-"))
const whole = path.join(folder, "whole.db")
beforeAll(() => Effect.runPromise(Effect.scoped(Layer.build(Sqlite.layerFile({ file: whole })))))
afterAll(() => fs.rmSync(folder, { recursive: true }))

let made = 0
/** A copy of it, after some statements. */
const database = (statements = "") => {
  const file = path.join(folder, `${++made}.db`)
  fs.copyFileSync(whole, file)
  const db = new DatabaseSync(file)
  db.exec(statements)
  db.close()
  return file
}

/** The page that a table begins on is overwritten. */
const torn = (table: string, statements = "") => {
  const file = database(statements)
  const db = new DatabaseSync(file, { readOnly: true })
  const page = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(table)!["rootpage"])
  db.close()
  const bytes = fs.readFileSync(file)
  bytes.fill(0xff, (page - 1) * 4096, page * 4096)
  fs.writeFileSync(file, bytes)
  return file
}

const lost = (...tables: ReadonlyArray<string>) =>
  `it has lost its tables (${tables.join(", ")}): use \`natter restore\` with a file of \`natter backup\` (docs/BACKUP.md)`

describe("a database that is looked at before it is used", () => {
  it("is whole, or is not there yet", () => {
    for (const how of ["bounded", "full"] as const) {
      assert.isUndefined(damage(whole, how))
      assert.isUndefined(damage(path.join(folder, "nothing.db"), how))
      fs.writeFileSync(path.join(folder, "empty.db"), "")
      assert.isUndefined(damage(path.join(folder, "empty.db"), how))
    }
    assert.isFalse(fs.existsSync(path.join(folder, "nothing.db")))
  })

  it("is missed every table of, whichever it has lost", () => {
    const tables = [
      "account_changes",
      "invites",
      "logs",
      "entries",
      "ids",
      "reactions",
      "markers",
      "channels",
      "channel_roles",
      "channel_sanctions",
      "channel_audit",
      "history_identity",
      "tokens",
      "entry_words",
      "migrations",
    ]
    for (const table of tables) {
      assert.strictEqual(damage(database(`DROP TABLE ${table}`), "bounded"), lost(table))
    }
    const accounts = "DROP TABLE tokens; DROP TABLE invites; DROP TABLE accounts"
    assert.strictEqual(damage(database(accounts), "full"), lost("accounts", "tokens", "invites"))
  })

  it("is refused where it is another program's, or can't be opened, which is no damage", () => {
    const other = path.join(folder, "other.db")
    const db = new DatabaseSync(other)
    db.exec("CREATE TABLE bookmarks (id)")
    db.close()
    const closed = database()
    fs.mkdirSync(`${closed}-wal`)
    for (const how of ["tables", "bounded", "full"] as const) {
      assert.match(damage(other, how)!, /^it is the database of another program/)
      assert.match(damage(closed, how)!, /^it can't be opened \(/)
    }
    assert.strictEqual(damage(database("DROP TABLE accounts"), "tables"), lost("accounts"))
    assert.isUndefined(damage(torn("entries"), "tables"))
  })

  it("is not missed the tables that it is too old to have", () => {
    const versions = [
      [6, []],
      [5, ["history_identity"]],
      [2, ["history_identity", "channels", "channel_roles", "channel_sanctions", "channel_audit"]],
    ] as const
    for (const [version, without] of versions) {
      const older = [
        `DELETE FROM migrations WHERE migration_id > ${version}`,
        ...without.map((table) => `DROP TABLE ${table}`),
      ]
      assert.isUndefined(damage(database(older.join(";")), "bounded"), String(version))
    }
    const first = database("DELETE FROM migrations WHERE migration_id > 1; DROP TABLE markers; DROP TABLE channels")
    assert.isUndefined(damage(first, "bounded"))
    assert.isUndefined(damage(database("DELETE FROM migrations"), "bounded"))
  })

  it("is damaged wherever a page of it is", () => {
    for (const table of ["accounts", "entries", "channels", "reactions"]) {
      for (const how of ["bounded", "full"] as const) {
        assert.match(damage(torn(table), how)!, /^it is damaged \(.+\): use `natter restore`/, table)
      }
    }
    const schema = database()
    fs.writeFileSync(schema, Buffer.concat([fs.readFileSync(schema).subarray(0, 100), Buffer.alloc(8 * 4096, 0xff)]))
    assert.match(damage(schema, "bounded")!, /^it is damaged \(/)
    fs.writeFileSync(schema, "Dear diary ".repeat(100))
    assert.match(damage(schema, "bounded")!, /^it is damaged \(file is not a database\)/)
  })

  it("is damaged where an index has not what its table has, which takes a full look", () => {
    const file = database("INSERT INTO invites (fingerprint, created_at) VALUES ('zebra', 1)")
    const bytes = fs.readFileSync(file)
    bytes.write("zebrb", bytes.lastIndexOf("zebra"))
    fs.writeFileSync(file, bytes)
    assert.isUndefined(damage(file, "bounded"))
    assert.match(damage(file, "full")!, /^it is damaged \(/)
  })

  it("that is large is read at start but for what was said, and in full for a backup", () => {
    const large = (file: string, bytes = 256 * 1024 * 1024 + 4096) => {
      // Nothing but a hole: SQLite goes by the size in the header.
      fs.truncateSync(file, bytes)
      return file
    }
    assert.isUndefined(damage(large(database()), "bounded"))
    for (const table of ["entries", "ids", "reactions", "entry_words_data"]) {
      assert.isUndefined(damage(large(torn(table)), "bounded"), table)
      assert.match(damage(large(torn(table)), "full")!, /^it is damaged/, table)
      assert.match(damage(large(torn(table), 256 * 1024 * 1024), "bounded")!, /^it is damaged/, table)
    }
    for (const table of ["accounts", "channels", "markers", "logs", "my_entries", "entries_of_mine"]) {
      const mine = "CREATE TABLE my_entries (n INTEGER); CREATE TABLE entries_of_mine (n INTEGER)"
      assert.match(damage(large(torn(table, mine)), "bounded")!, /^it is damaged/, table)
    }
  })

  it("is only read: what lies beside it is not written into it, and nobody is kept from it", () => {
    const file = database()
    const before = fs.readFileSync(file)
    assert.isUndefined(damage(file, "full"))
    assert.isTrue(fs.readFileSync(file).equals(before))
    fs.rmSync(`${file}-wal`, { force: true })
    const db = new DatabaseSync(file)
    db.exec("PRAGMA journal_mode = DELETE; DROP TABLE markers")
    db.close()
  })
})

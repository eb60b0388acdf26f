/** Whether the database in a file is whole, and Natter's. It is only read. */
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"

/** The tables that there are since a migration. One that is missing would be missed only when it is needed. */
const tablesSince: ReadonlyArray<readonly [migration: number, tables: ReadonlyArray<string>]> = [
  [1, ["accounts", "tokens", "invites", "account_changes"]],
  [2, ["logs", "entries", "ids", "reactions", "markers", "entry_words"]],
  [3, ["channels", "channel_roles", "channel_sanctions", "channel_audit"]],
  [6, ["history_identity"]],
  [8, ["signing_keys", "identities"]],
  [10, ["files", "files_identity"]],
  [11, ["service_audit"]],
  [12, ["channel_links"]],
  [13, ["address_bans"]],
  [14, ["epochs"]],
  [16, ["kept_clients"]],
]

const ours = ["migrations", ...tablesSince.flatMap(([, tables]) => tables)]

/** A database up to this size is read from end to end when a service starts, which takes a second or two at most. */
const readWhole = 256 * 1024 * 1024

/** What grows with what is said: left out above that. */
const isHistory = (table: string): boolean => /^(entries|entry_words\w*|ids|reactions)$/.test(table)

/** SQLite's codes, without what they are extended by, for: it may not, it cannot write, it cannot open. */
const kept = [3, 8, 14]

/**
 * What is wrong with it; undefined where nothing is. `tables` takes no time, `bounded` a few seconds, `full` as long as it
 * takes.
 */
export const damage = (file: string, how: "tables" | "bounded" | "full"): string | undefined => {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
  // There is nothing yet.
  if (size === 0) return undefined
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name))
    if (tables.length > 0 && !tables.some((table) => ours.includes(table))) {
      return "it is the database of another program, with nothing of Natter's in it: choose another folder with --data, or remove it"
    }
    const missing = missingOf(db, tables)
    if (missing.length > 0) {
      return `it has lost its tables (${missing.join(", ")}): use \`natter restore\` with a file of \`natter backup\` (docs/BACKUP.md)`
    }
    if (how === "tables") return undefined
    const found =
      how === "full"
        ? broken(db, "integrity_check")
        : size <= readWhole
          ? broken(db, "quick_check")
          : tables.filter((table) => !isHistory(table)).flatMap((table) => broken(db, `quick_check("${table}")`))
    return found.length === 0 ? undefined : damaged(found[0]!)
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause)
    const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : 0
    return kept.includes(code)
      ? `it can't be opened (${what}): this user has to be able to write to it, its -wal and -shm, and the folder`
      : damaged(what)
  } finally {
    db.close()
  }
}

const damaged = (what: string): string =>
  `it is damaged (${what}): use \`natter restore\` with a file of \`natter backup\` (docs/BACKUP.md)`

const missingOf = (db: DatabaseSync, tables: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (!tables.includes("migrations")) return ["migrations"]
  const version = Number(db.prepare("SELECT MAX(migration_id) AS version FROM migrations").get()?.["version"] ?? 0)
  return tablesSince
    .filter(([migration]) => migration <= version)
    .flatMap(([, names]) => names.filter((name) => !tables.includes(name)))
}

/** What the check found, without its "ok". */
const broken = (db: DatabaseSync, check: string): ReadonlyArray<string> =>
  db
    .prepare(`PRAGMA ${check}`)
    .all()
    .map((row) => String(Object.values(row)[0]).split("\n")[0]!)
    .filter((line) => line !== "ok")

/** Whether the database in a file is whole, and Natter's. It is only read. */
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"

/** The tables that there are since a migration. One that is missing would be missed only when it is needed. */
const tablesSince: ReadonlyArray<readonly [migration: number, tables: ReadonlyArray<string>]> = [
  [1, ["accounts", "tokens", "invites", "account_changes"]],
  [2, ["logs", "entries", "ids", "reactions", "markers", "entry_words"]],
  [3, ["channels", "channel_roles", "channel_sanctions", "channel_audit"]],
  [6, ["history_identity"]],
]

/** A database up to this size is read from end to end when a service starts, which takes a second or two at most. */
const readWhole = 256 * 1024 * 1024

/** What grows with what is said: left out above that. */
const isHistory = (table: string): boolean => /^(entries|entry_words\w*|ids|reactions)$/.test(table)

/** What is wrong with it; undefined where nothing is. `bounded` takes a few seconds, `full` as long as it takes. */
export const damage = (file: string, how: "bounded" | "full"): string | undefined => {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
  // There is nothing yet.
  if (size === 0) return undefined
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name))
    const missing = missingOf(db, tables)
    if (missing.length > 0) {
      return `it has lost its tables (${missing.join(", ")}): use \`natter restore\` with a file of \`natter backup\` (docs/BACKUP.md)`
    }
    const found =
      how === "full"
        ? broken(db, "integrity_check")
        : size <= readWhole
          ? broken(db, "quick_check")
          : tables.filter((table) => !isHistory(table)).flatMap((table) => broken(db, `quick_check("${table}")`))
    return found.length === 0 ? undefined : damaged(found[0]!)
  } catch (cause) {
    return damaged(cause instanceof Error ? cause.message : String(cause))
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

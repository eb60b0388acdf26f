/** A copy of a SQLite database in one file, made while a service runs, and putting it back. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { DataFolder, type DataFolderError } from "./DataFolder.ts"
import * as FolderLock from "./FolderLock.ts"
import { damage } from "./internal/databaseCheck.ts"
import { applicationId, closedMark, headerOf, misfit, runFile } from "./internal/databaseFile.ts"
import { sqlite } from "./internal/sqliteDialect.ts"
import * as Migrations from "./Migrations.ts"

export class BackupError extends Schema.TaggedError<BackupError>()("BackupError", {
  problem: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return this.problem
  }
}

const refuse = (problem: string, cause: unknown = problem) => new BackupError({ problem, cause })

/** What a copy holds, for people. */
export interface Contents {
  readonly accounts: number
  readonly channels: number
  readonly messages: number
  /** Files that people sent, of which it has all but the bytes. */
  readonly files: number
  readonly bytes: number
}

const words = (cause: unknown): string => {
  // SQLite reads no database in whose folder it can't put a lock.
  const locked = cause instanceof Error && "errcode" in cause && [8, 14].includes(Number(cause.errcode) & 0xff)
  const hint = locked ? "; the data folder and what is in it have to be writable, for a backup too" : ""
  return (cause instanceof Error ? cause.message : String(cause)) + hint
}

/** Everything here is done at once, in a process that does nothing else. */
const attempt = <A>(what: string, run: () => A): Effect.Effect<A, BackupError> =>
  Effect.try({
    try: run,
    catch: (cause) => (cause instanceof BackupError ? cause : refuse(`${what}: ${words(cause)}`, cause)),
  })

/** Writes what is in one database, as it is at one moment, into a new file, which is then on the disk for certain. */
const copy = (from: string, to: string): void => {
  fs.rmSync(to, { force: true })
  fs.closeSync(fs.openSync(to, "wx", 0o600))
  const source = new DatabaseSync(from, { readOnly: true, timeout: 10_000 })
  try {
    source.prepare("VACUUM INTO ?").run(to)
  } finally {
    source.close()
  }
  const copied = new DatabaseSync(to)
  try {
    copied.exec(`PRAGMA application_id = ${applicationId(closedMark)}`)
  } finally {
    copied.close()
  }
  sync(to)
}

const sync = (file: string): void => {
  const descriptor = fs.openSync(file, "r+")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

const count = (db: DatabaseSync, from: string): number =>
  Number(db.prepare(`SELECT COUNT(*) AS n FROM ${from}`).get()?.["n"] ?? 0)

/** Reads all of a file, to be sure of it; `name` is what people know it by. */
const verified = (file: string, name: string): Contents => {
  const problem = damage(file, "full")
  if (problem !== undefined) throw refuse(`${name} can't be used: ${problem}`)
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return {
      accounts: count(db, "accounts"),
      channels: count(db, "channels"),
      messages: count(db, "entries WHERE type = 'Message' AND content IS NOT NULL"),
      // A copy that an earlier version made has no place for them.
      files: count(db, "sqlite_schema WHERE name = 'files'") > 0 ? count(db, "files WHERE whole = 1") : 0,
      bytes: fs.statSync(file).size,
    }
  } finally {
    db.close()
  }
}

const isEmpty = (file: string): boolean => (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0

/** Writes a copy of the folder's database to a file that is not there yet. A service may run on it all the while. */
export const backup = (folder: string, to: string): Effect.Effect<Contents, BackupError> =>
  attempt(`no backup was made`, () => {
    const from = path.join(folder, "natter.db")
    if (isEmpty(from)) throw refuse(`there is nothing to back up: no database in ${path.resolve(folder)}`)
    const problem = misfit(from)
    if (problem !== undefined) throw refuse(`${from} can't be used: ${problem}`)
    if (fs.existsSync(to)) throw refuse(`${to} is there already: give another name, or remove it`)
    const draft = `${to}.part`
    try {
      copy(from, draft)
      const contents = verified(draft, from)
      // Fails where somebody was faster, and replaces nothing.
      fs.linkSync(draft, to)
      return contents
    } finally {
      for (const file of [draft, `${draft}-wal`, `${draft}-shm`, `${draft}-journal`]) fs.rmSync(file, { force: true })
    }
  })

/** No service of this version could start on it. */
const refuseNewer = (file: string, name: string): void => {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const version = Number(db.prepare("SELECT MAX(migration_id) AS version FROM migrations").get()?.["version"] ?? 0)
    const known = Migrations.latest(sqlite.schema)
    if (version > known) {
      throw refuse(
        `${name} is of a newer Natter (schema ${version}, this one knows ${known}): restore it with that one`,
      )
    }
  } finally {
    db.close()
  }
}

/** What is said from now on gets places that clients know from what is lost: they are to read this history anew. */
const becomeAnother = (file: string): void => {
  const db = new DatabaseSync(file)
  try {
    // An older one gets its first identity when it is brought up to date.
    const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'history_identity'").get()
    if (known !== undefined) db.prepare("UPDATE history_identity SET id = ?").run(randomUUID())
  } finally {
    db.close()
  }
  sync(file)
}

export interface Restored extends Contents {
  /** Where what was there before is kept; undefined where there was nothing. */
  readonly replaced: string | undefined
}

const check = (from: string, incomplete: boolean): void => {
  if (isEmpty(from)) throw refuse(`${from} is not there, or empty`)
  const header = headerOf(from)
  if (header === "garbage" || header === undefined) throw refuse(`${from} is no database`)
  if (!incomplete && header.mark !== undefined && header.mark !== closedMark) {
    throw refuse(
      `${from} was copied while a service used it, so the latest is missing in it: give a file of \`natter backup\`, or take this as it is with --incomplete`,
    )
  }
}

/**
 * Makes this file the folder's database. Nobody may use the folder; what was there is kept beside. The process may end at
 * any point: what is left is the old database, the new one, or one that no service starts on.
 */
export const restore = (
  from: string,
  options: { readonly incomplete: boolean },
): Effect.Effect<
  Restored,
  BackupError | FolderLock.FolderInUse | FolderLock.LockFileError | DataFolderError,
  DataFolder | Scope.Scope
> =>
  Effect.gen(function* () {
    yield* attempt("nothing was restored", () => check(from, options.incomplete))
    const folder = yield* DataFolder
    yield* FolderLock.hold
    return yield* attempt("nothing was restored", () => {
      const to = path.join(folder.path, "natter.db")
      const draft = `${to}.restoring`
      const old = `${to}.replaced`
      try {
        copy(from, draft)
        const contents = verified(draft, from)
        refuseNewer(draft, from)
        becomeAnother(draft)
        const replaced = isEmpty(to) ? undefined : old
        // Without it, a database that was not closed is not started on.
        fs.rmSync(runFile(to), { force: true })
        for (const end of ["", "-wal", "-shm"]) fs.rmSync(`${old}${end}`, { force: true })
        for (const end of ["-wal", "-shm"]) {
          if (fs.existsSync(`${to}${end}`)) fs.renameSync(`${to}${end}`, `${old}${end}`)
        }
        if (replaced !== undefined) fs.linkSync(to, old)
        fs.renameSync(draft, to)
        return { ...contents, replaced }
      } finally {
        for (const end of ["", "-wal", "-shm", "-journal"]) fs.rmSync(`${draft}${end}`, { force: true })
      }
    })
  })

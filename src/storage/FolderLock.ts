import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { DatabaseSync } from "node:sqlite"
import { DataFolder, type DataFolderError } from "./DataFolder.ts"

/** A service runs on this folder already. */
export class FolderInUse extends Schema.TaggedError<FolderInUse>()("FolderInUse", {
  folder: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return (
      `The data folder "${this.folder}" is in use by another service: ` +
      "stop that one, or choose another folder with --data or NATTER_DATA"
    )
  }
}

/** The file that the lock is held on can't be locked, and nobody else is the reason. */
export class LockFileError extends Schema.TaggedError<LockFileError>()("LockFileError", {
  file: Schema.String,
  problem: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `The lock file "${this.file}" can't be used: ${this.problem}`
  }
}

/** SQLite's codes, without what they are extended by. */
const busy = 5
const notADatabase = 26

const refused = (folder: string, file: string, cause: unknown): FolderInUse | LockFileError => {
  const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : undefined
  if (code === busy) return new FolderInUse({ folder, cause })
  const problem =
    code === notADatabase
      ? "it holds something else, which Natter has not written. Nothing is kept in this file: if no service uses the folder, remove it"
      : cause instanceof Error
        ? cause.message
        : String(cause)
  return new LockFileError({ file, problem, cause })
}

/**
 * Keeps a second service out of the data folder until the scope closes: channels and presence live
 * in one process, so two would be two separate services with the same accounts. Administration is
 * not kept out. The lock is SQLite's, which is the operating system's: however the process ends, it
 * is gone with it.
 */
export const hold: Effect.Effect<void, FolderInUse | LockFileError | DataFolderError, DataFolder | Scope.Scope> =
  Effect.gen(function* () {
    const folder = yield* DataFolder
    const file = yield* folder.file("serve.lock")
    yield* Effect.acquireRelease(
      Effect.try({ try: () => lock(file), catch: (cause) => refused(folder.path, file, cause) }),
      (db) => Effect.sync(() => db.close()),
    )
  })

/** Whoever asks whether the folder is in use has a lock, too, for less than a millisecond: that keeps nobody out. */
const patience = 100

const lock = (file: string): DatabaseSync => {
  const db = new DatabaseSync(file, { timeout: patience })
  try {
    db.exec("BEGIN EXCLUSIVE")
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

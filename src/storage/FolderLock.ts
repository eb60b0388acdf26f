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

/**
 * Keeps a second service out of the data folder until the scope closes: channels and presence live
 * in one process, so two would be two separate services with the same accounts. Administration is
 * not kept out. The lock is SQLite's, which is the operating system's: however the process ends, it
 * is gone with it.
 */
export const hold: Effect.Effect<void, FolderInUse | DataFolderError, DataFolder | Scope.Scope> = Effect.gen(
  function* () {
    const folder = yield* DataFolder
    const file = yield* folder.file("serve.lock")
    yield* Effect.acquireRelease(
      Effect.try({ try: () => lock(file), catch: (cause) => new FolderInUse({ folder: folder.path, cause }) }),
      (db) => Effect.sync(() => db.close()),
    )
  },
)

const lock = (file: string): DatabaseSync => {
  const db = new DatabaseSync(file, { timeout: 0 })
  try {
    db.exec("BEGIN EXCLUSIVE")
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

/** The database of a data folder, for one service alone: locked, checked to be whole, and marked while it is open. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as fs from "node:fs"
import type { DataFolder, DataFolderError } from "./DataFolder.ts"
import type { Dialect } from "./Dialect.ts"
import * as FolderLock from "./FolderLock.ts"
import { applicationId, closedMark, freshMark, runFile, writeMarks } from "./internal/databaseFile.ts"
import * as FolderFile from "./internal/folderFile.ts"
import * as Sqlite from "./Sqlite.ts"

/** Marks the database as open until the scope closes, so that a copy of its file alone is known for what it is. */
const mark = ({
  file,
  mark: found,
}: FolderFile.Found): Effect.Effect<void, Sqlite.DatabaseError, SqlClient | Scope.Scope> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const fresh = freshMark(yield* Random.next)
    /**
     * All that is stored is in the file then, the mark among it. Not so while somebody else reads the database, as a backup
     * does: then the answer is false, and the file may have the mark of before for as long as it is read.
     */
    const put = (mark: number) =>
      sql.unsafe(`PRAGMA application_id = ${applicationId(mark)}`).pipe(
        Effect.andThen(sql.unsafe<{ readonly busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")),
        Effect.map(([checkpoint]) => checkpoint?.busy === 0),
        Effect.mapError((cause) => new Sqlite.DatabaseError({ file, problem: cause.message, cause })),
      )
    const note = (marks: ReadonlyArray<number>) =>
      Effect.try({
        try: () => writeMarks(file, marks),
        catch: (cause) => new Sqlite.DatabaseError({ file: runFile(file), problem: String(cause), cause }),
      })
    yield* Effect.acquireRelease(
      Effect.gen(function* () {
        // The process may end at any point: until the mark is there for certain, both are right.
        yield* note([found, fresh])
        if (yield* put(fresh)) yield* note([fresh])
      }),
      () =>
        Effect.gen(function* () {
          yield* note([closedMark, fresh])
          if (yield* put(closedMark)) yield* Effect.sync(() => fs.rmSync(runFile(file), { force: true }))
        }).pipe(Effect.catchCause((cause) => Effect.logWarning("the database could not be marked as closed", cause))),
    )
  })

/** With all migrations run. Fails with `FolderInUse` where another service has the folder. */
export const layer = (
  options?: Omit<Sqlite.SqliteOptions, "file">,
): Layer.Layer<
  SqlClient | Dialect,
  Sqlite.DatabaseError | DataFolderError | FolderLock.FolderInUse | FolderLock.LockFileError,
  DataFolder
> =>
  Layer.unwrap(
    Effect.map(FolderFile.find("bounded", Sqlite.refused), (found) =>
      Layer.provideMerge(Layer.effectDiscard(mark(found)), Sqlite.layerFile({ ...options, file: found.file })),
    ),
  ).pipe(Layer.provide(Layer.effectDiscard(FolderLock.hold)))

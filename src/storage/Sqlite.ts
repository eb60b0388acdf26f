import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"
import { DataFolder, type DataFolderError } from "./DataFolder.ts"
import * as Statements from "./internal/statements.ts"
import * as Migrations from "./Migrations.ts"

/** The database file can't be opened or brought up to date: the server can't start. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  file: Schema.String,
  problem: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `The database "${this.file}" can't be used: ${this.problem}`
  }
}

export interface SqliteOptions {
  /** A path, or `:memory:`. */
  readonly file: string
  /**
   * `full` (the default) waits for the disk at every transaction. `normal` loses nothing when the process
   * dies; when the machine does, the last transactions may be gone.
   */
  readonly synchronous?: "normal" | "full" | undefined
}

/** How long a statement waits for another process that is writing, in milliseconds. It blocks the thread. */
const busyTimeout = 5000

const maxStatements = 256

const open = ({ file, synchronous = "full" }: SqliteOptions) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        const db = new DatabaseSync(file, { timeout: busyTimeout, enableForeignKeyConstraints: true })
        try {
          // Readers go on while another process writes, and a commit is one append.
          db.exec("PRAGMA journal_mode = WAL")
          db.exec(`PRAGMA synchronous = ${synchronous === "full" ? "FULL" : "NORMAL"}`)
        } catch (cause) {
          db.close()
          throw cause
        }
        return db
      },
      catch: (cause) => new DatabaseError({ file, problem: cause instanceof Error ? cause.message : "unknown", cause }),
    }),
    (db) => Effect.sync(() => db.close()),
  )

const failure = (cause: unknown) => {
  // Node says the SQLite code as `errcode`; the classifier looks for it in `errno`.
  const coded = cause instanceof Error && "errcode" in cause ? Object.assign(cause, { errno: cause.errcode }) : cause
  const message = cause instanceof Error ? cause.message : undefined
  return new SqlError({ reason: classifySqliteError(coded, { message, operation: "execute" }) })
}

const toInput = (value: unknown): SQLInputValue =>
  typeof value === "boolean" ? Number(value) : value === undefined ? null : (value as SQLInputValue)

const connect = (db: DatabaseSync): Connection => {
  const prepare = Statements.make(db, maxStatements)
  const run = <A>(
    prepare: (sql: string) => StatementSync,
    sql: string,
    params: ReadonlyArray<unknown>,
    use: (statement: StatementSync, params: Array<SQLInputValue>) => A,
  ) => Effect.try({ try: () => use(prepare(sql), params.map(toInput)), catch: failure })

  const rows = (statement: StatementSync, params: Array<SQLInputValue>) => statement.all(...params)
  const values = (statement: StatementSync, params: Array<SQLInputValue>) => {
    statement.setReturnArrays(true)
    try {
      return statement.all(...params) as unknown as Array<Array<unknown>>
    } finally {
      statement.setReturnArrays(false)
    }
  }
  const once = (sql: string) => db.prepare(sql)

  return {
    execute: (sql, params, transform) => {
      const all = run(prepare, sql, params, rows)
      return transform ? Effect.map(all, transform) : all
    },
    executeRaw: (sql, params) => run(prepare, sql, params, rows),
    executeValues: (sql, params) => run(prepare, sql, params, values),
    executeValuesUnprepared: (sql, params) => run(once, sql, params, values),
    executeUnprepared: (sql, params, transform) => {
      const all = run(once, sql, params, rows)
      return transform ? Effect.map(all, transform) : all
    },
    // A cursor would hold the only connection while its reader takes its time: read pages.
    executeStream: () => Stream.die("SQLite statements can't be streamed"),
  }
}

/** A client of one SQLite database: one connection, on this thread, shared in turns. */
const make = Effect.fnUntraced(function* (
  options: SqliteOptions,
): Effect.fn.Return<SqlClient.SqlClient, DatabaseError, Scope.Scope | Reactivity.Reactivity> {
  const db = yield* open(options)
  const acquirers = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(connect(db)),
    semaphore: yield* Semaphore.make(1),
    isTransaction: () => db.isTransaction,
  })
  return yield* SqlClient.make({
    ...acquirers,
    compiler: Statement.makeCompilerSqlite(),
    driver: "node-sqlite",
    spanAttributes: [["db.system.name", "sqlite"]],
    // Taken at the start, the write lock is waited for. Taken half-way, after another process wrote, it is refused.
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
  })
})

/** The database of the data folder, with all migrations run. */
export const layer = (
  options?: Omit<SqliteOptions, "file">,
): Layer.Layer<SqlClient.SqlClient, DatabaseError | DataFolderError, DataFolder> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const folder = yield* DataFolder
      return layerFile({ ...options, file: yield* folder.file("natter.db") })
    }),
  )

/** The database of this file, with all migrations run. */
export const layerFile = (options: SqliteOptions): Layer.Layer<SqlClient.SqlClient, DatabaseError> =>
  Layer.effectDiscard(
    Effect.mapError(
      Migrations.run,
      (cause) => new DatabaseError({ file: options.file, problem: cause.message, cause }),
    ),
  ).pipe(Layer.provideMerge(Layer.effect(SqlClient.SqlClient, make(options))), Layer.provide(Reactivity.layer))

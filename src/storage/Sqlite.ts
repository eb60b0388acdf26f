import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { SqlError, UnknownError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import type { SQLInputValue } from "node:sqlite"
import type { MessagePort } from "node:worker_threads"
import type { DataFolder, DataFolderError } from "./DataFolder.ts"
import { Dialect } from "./Dialect.ts"
import * as FolderFile from "./internal/folderFile.ts"
import { sqlite } from "./internal/sqliteDialect.ts"
import type { Failure, SqliteStatement } from "./internal/sqliteMessages.ts"
import * as SqliteQueue from "./internal/sqliteQueue.ts"
import * as SqliteThread from "./internal/sqliteThread.ts"
import * as Migrations from "./Migrations.ts"
import { SqlitePorts } from "./SqlitePorts.ts"

/** What SQLite says of a disk without room does not say what to do. */
const words = (problem: string): string =>
  problem === "database or disk is full"
    ? "there is no room left on its disk. Make some, and start again: nothing that was acknowledged is lost"
    : problem

/** The database file can't be opened or brought up to date: the server can't start. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  file: Schema.String,
  problem: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `The database "${this.file}" can't be used: ${words(this.problem)}`
  }
}

export const refused = (file: string, problem: string, cause: unknown): DatabaseError =>
  new DatabaseError({ file, problem, cause })

export interface SqliteOptions {
  /** A path, or `:memory:`. */
  readonly file: string
  /**
   * `full` (the default) waits for the disk at every transaction: what is committed survives a power cut. With
   * `normal` it survives the end of the process only; when the machine goes, the last transactions may be gone.
   */
  readonly synchronous?: "normal" | "full" | undefined
  /** How long a statement waits for another process that is writing, in milliseconds; 5000 where nothing is said. */
  readonly busyTimeout?: number | undefined
}

const refusedStatement = (message: string): SqlError =>
  new SqlError({ reason: new UnknownError({ cause: new Error(message), message, operation: "execute" }) })

const toInput = (value: unknown): SQLInputValue | undefined => {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
      return value
    case "boolean":
      return Number(value)
    case "undefined":
      return null
    default:
      return value === null || ArrayBuffer.isView(value) ? (value as SQLInputValue) : undefined
  }
}

/** A connection that hands its statements to `put`, which adds whether they belong to a transaction. */
const connection = (
  put: (statement: Omit<SqliteStatement, "place">) => Effect.Effect<ReadonlyArray<unknown>, SqlError>,
): Connection => {
  const run = <A extends object>(
    sql: string,
    values: ReadonlyArray<unknown>,
    rows: SqliteStatement["rows"],
    once: boolean,
  ): Effect.Effect<ReadonlyArray<A>, SqlError> => {
    const params: Array<SQLInputValue> = []
    for (const value of values) {
      const input = toInput(value)
      if (input === undefined) return Effect.fail(refusedStatement(`A parameter of "${sql}" is no value of SQLite's`))
      params.push(input)
    }
    // The caller knows what the rows of its statement look like.
    return put({ sql, params, rows, once }) as Effect.Effect<ReadonlyArray<A>, SqlError>
  }
  return {
    execute: (sql, params, transform) => {
      const all = run(sql, params, "objects", false)
      return transform ? Effect.map(all, transform) : all
    },
    executeRaw: (sql, params) => run(sql, params, "objects", false),
    executeValues: (sql, params) => run<ReadonlyArray<unknown>>(sql, params, "arrays", false),
    executeValuesUnprepared: (sql, params) => run<ReadonlyArray<unknown>>(sql, params, "arrays", true),
    executeUnprepared: (sql, params, transform) => {
      const all = run(sql, params, "objects", true)
      return transform ? Effect.map(all, transform) : all
    },
    // A cursor would hold the only connection while its reader takes its time: read pages.
    executeStream: () => Stream.die("SQLite statements can't be streamed"),
  }
}

const whyNot = (file: string, { message, ...failure }: Failure): DatabaseError =>
  new DatabaseError({ file, problem: message, cause: Object.assign(new Error(message), failure) })

/**
 * A client of one SQLite database: one connection, on a thread of its own. Statements that wait together are committed
 * together, a transaction has the database to itself.
 */
const make = Effect.fnUntraced(function* (
  queue: SqliteQueue.SqliteQueue<SqliteThread.SqliteThread>,
): Effect.fn.Return<SqlClient.SqlClient, never, Reactivity.Reactivity> {
  // Held while a statement is put into the queue, and all through a transaction, so that its statements follow each other.
  const turn = yield* Semaphore.make(1)

  const alone = connection((statement) => Effect.flatten(turn.withPermit(queue.add({ ...statement, place: "alone" }))))

  /** For one transaction, which may end on its own: by a full disk, or with the thread. */
  const forTransaction = (): Connection => {
    let begun = false
    return connection((statement) => {
      const control = /^(BEGIN|COMMIT|ROLLBACK$)/.exec(statement.sql)?.[1]
      const place = control !== undefined ? "control" : begun ? "within" : "alone"
      const done = Effect.flatten(queue.add({ ...statement, place }))
      if (control === "BEGIN") return Effect.tap(done, () => Effect.sync(() => (begun = true)))
      // If it can't be rolled back, it has already ended.
      return /^(ROLLBACK|RELEASE)/.test(statement.sql) && begun ? Effect.orElseSucceed(done, () => []) : done
    })
  }

  return yield* SqlClient.make({
    acquirer: Effect.succeed(alone),
    borrower: (use) => use(alone),
    transactionAcquirer: Effect.map(turn.takeScoped(1), forTransaction),
    isTransaction: queue.inTransaction,
    compiler: Statement.makeCompilerSqlite(),
    driver: "node-sqlite",
    spanAttributes: [["db.system.name", "sqlite"]],
    // Taken at the start, the write lock is waited for. Taken half-way, after another process wrote, it is refused.
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
  })
})

/** The database of the data folder, with all migrations run. A file that was put there by hand may be refused. */
export const layer = (
  options?: Omit<SqliteOptions, "file">,
): Layer.Layer<SqlClient.SqlClient | Dialect, DatabaseError | DataFolderError, DataFolder> =>
  Layer.unwrap(Effect.map(FolderFile.find("tables", refused), ({ file }) => layerFile({ ...options, file })))

/** The database of this file, with all migrations run. Other threads get to it by `SqlitePorts`. */
export const layerFile = ({
  busyTimeout = 5000,
  file,
  synchronous = "full",
}: SqliteOptions): Layer.Layer<SqlClient.SqlClient | Dialect, DatabaseError> => {
  const opened = Layer.effectContext(
    Effect.gen(function* () {
      const open = SqliteThread.open({ file, synchronous, busyTimeout })
      const queue = yield* Effect.mapError(SqliteQueue.make(open), (failure) => whyNot(file, failure))
      return Context.make(SqlClient.SqlClient, yield* make(queue)).pipe(
        Context.add(SqlitePorts, { open: () => queue.thread()?.port() }),
      )
    }),
  )
  return Layer.effectDiscard(
    Effect.mapError(Migrations.run, (cause) => new DatabaseError({ file, problem: cause.message, cause })),
  ).pipe(Layer.provideMerge([opened, Layer.succeed(Dialect, sqlite)]), Layer.provide(Reactivity.layer))
}

/**
 * The database that another thread of this process has opened, which has seen to its tables; `port` is one of its
 * `SqlitePorts`, asked for anew whenever the one before has closed. `name` is what errors call it.
 */
export const layerJoined = (
  name: string,
  port: Effect.Effect<MessagePort, { readonly message: string }>,
): Layer.Layer<SqlClient.SqlClient | Dialect, DatabaseError> => {
  const open = Effect.flatMap(port, SqliteThread.join)
  const joined = Effect.flatMap(
    Effect.mapError(SqliteQueue.make(open), (failure) => whyNot(name, failure)),
    make,
  )
  return Layer.merge(Layer.effect(SqlClient.SqlClient, joined), Layer.succeed(Dialect, sqlite)).pipe(
    Layer.provide(Reactivity.layer),
  )
}

import { DatabaseSync, type StatementSync } from "node:sqlite"
import { type OfContent, sought } from "../../history/Sought.ts"
import { fromText } from "./historyRows.ts"
import { type OpenOptions, type Outcome, type SqliteStatement, toFailure } from "./sqliteMessages.ts"
import * as Statements from "./statements.ts"

const maxStatements = 256

/** A read that matches by mistake does no harm: it only shares the transaction of the writes. */
const isWrite = /^\s*(WITH\b.*\b)?(INSERT|UPDATE|DELETE|REPLACE)\b/is

/** What the dialect says in words of ours. One search asks the same of each message. */
const addFunctions = (db: DatabaseSync): void => {
  let given: unknown
  let check: ((content: string) => boolean) | undefined
  db.function("says", { deterministic: true, directOnly: true }, (content, json) => {
    if (json !== given) check = sought(JSON.parse(String((given = json))) as OfContent).check
    return Number(typeof content === "string" && (check?.(fromText(content)) ?? true))
  })
}

const connect = ({ busyTimeout, file, synchronous }: OpenOptions): DatabaseSync => {
  const db = new DatabaseSync(file, { timeout: busyTimeout, enableForeignKeyConstraints: true })
  try {
    // Readers go on while another process writes, and a commit is one append.
    db.exec("PRAGMA journal_mode = WAL")
    db.exec(`PRAGMA synchronous = ${synchronous === "full" ? "FULL" : "NORMAL"}`)
    // Within a transaction SQLite notes the pages that a statement changes, to be able to undo it alone. Beyond 64 KiB it
    // would note them in a temporary file: that made groups of appends from several channels a fifth slower.
    db.exec("PRAGMA temp_store = MEMORY")
    // What is deleted is overwritten, not only forgotten.
    db.exec("PRAGMA secure_delete = ON")
    // Where fsync stops at the disk's cache (macOS), go through it.
    db.exec(`PRAGMA fullfsync = ${synchronous === "full" ? "ON" : "OFF"}`)
    addFunctions(db)
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

export interface SqliteDatabase {
  readonly inTransaction: () => boolean
  /** Undoes the transaction that is open, if there is one. */
  readonly rollBack: () => void
  /** Runs them all; calls `say` with outcomes and their places, those of writes once they are committed. */
  readonly run: (
    statements: ReadonlyArray<SqliteStatement>,
    say: (outcomes: ReadonlyArray<readonly [number, Outcome]>) => void,
  ) => void
  readonly close: () => void
}

/** A database on this thread. The writes that wait together share one transaction, hence one wait for the disk. */
export const open = (options: OpenOptions): SqliteDatabase => {
  let db = connect(options)
  let prepare = Statements.make(db, maxStatements)

  const rowsOf = (prepared: StatementSync, { params, rows }: SqliteStatement): ReadonlyArray<unknown> => {
    if (rows === "objects") return prepared.all(...params)
    prepared.setReturnArrays(true)
    try {
      return prepared.all(...params)
    } finally {
      prepared.setReturnArrays(false)
    }
  }

  const attempt = (statement: SqliteStatement): Outcome => {
    try {
      return { rows: rowsOf(statement.once ? db.prepare(statement.sql) : prepare(statement.sql), statement) }
    } catch (cause) {
      return { failure: toFailure(cause) }
    }
  }

  /** Ends the transaction for certain: if the database can't roll back, closing it does. */
  const rollBack = (): void => {
    if (!db.isTransaction) return
    try {
      db.exec("ROLLBACK")
    } catch {
      db.close()
      db = connect(options)
      prepare = Statements.make(db, maxStatements)
    }
  }

  const alone = (statement: SqliteStatement): Outcome => {
    const outcome = attempt(statement)
    rollBack()
    return outcome
  }

  /** One transaction for all. A statement that fails is undone without the others. */
  const together = (statements: ReadonlyArray<SqliteStatement>): ReadonlyArray<Outcome> => {
    if (statements.length === 1) return statements.map(alone)
    try {
      prepare("BEGIN IMMEDIATE").run()
      const outcomes: Array<Outcome> = []
      for (const statement of statements) {
        prepare("SAVEPOINT one").run()
        const outcome = attempt(statement)
        // Some errors, a full disk among them, undo the whole transaction: then each gets one of its own.
        if (!db.isTransaction) return statements.map(alone)
        if (outcome.failure !== undefined) prepare("ROLLBACK TO one").run()
        prepare("RELEASE one").run()
        outcomes.push(outcome)
      }
      prepare("COMMIT").run()
      return outcomes
    } catch (cause) {
      rollBack()
      const failure = toFailure(cause)
      return statements.map(() => ({ failure }))
    }
  }

  const inTurn = (statement: SqliteStatement): Outcome => {
    // Outside of the transaction it would be committed at once, although the statements before it are undone.
    if (statement.place === "within" && !db.isTransaction) {
      return { failure: { message: "The transaction has ended before: its changes are undone" } }
    }
    const outcome = attempt(statement)
    if (statement.place === "control" && outcome.failure !== undefined) rollBack()
    return outcome
  }

  return {
    inTransaction: () => db.isTransaction,
    rollBack,
    close: () => db.close(),
    run: (statements, say) => {
      let reads: Array<number> = []
      let writes: Array<number> = []
      const runWaiting = () => {
        const readOutcomes = reads.map((at) => [at, alone(statements[at]!)] as const)
        // Reads are answered first: they need not wait for the disk.
        if (readOutcomes.length > 0) say(readOutcomes)
        if (writes.length > 0) {
          const writeOutcomes = together(writes.map((at) => statements[at]!))
          say(writeOutcomes.map((outcome, n) => [writes[n]!, outcome] as const))
        }
        reads = []
        writes = []
      }
      for (const [at, statement] of statements.entries()) {
        if (statement.place === "alone") {
          ;(isWrite.test(statement.sql) ? writes : reads).push(at)
          continue
        }
        runWaiting()
        say([[at, inTurn(statement)]])
      }
      runWaiting()
    },
  }
}

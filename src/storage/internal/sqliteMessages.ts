/** The messages between the threads that ask the database and the one that has it. */
import type { SQLInputValue } from "node:sqlite"
import type { MessagePort } from "node:worker_threads"

export interface OpenOptions {
  /** A path, or `:memory:`. */
  readonly file: string
  readonly synchronous: "normal" | "full"
  /** How long a statement waits for another process that is writing, in milliseconds. */
  readonly busyTimeout: number
}

export interface SqliteStatement {
  readonly sql: string
  readonly params: ReadonlyArray<SQLInputValue>
  readonly rows: "objects" | "arrays"
  /** It is compiled for this one run and not kept. */
  readonly once: boolean
  /**
   * - `alone`: belongs to no transaction of the caller, so it may share one with other statements that wait.
   * - `control`: begins or ends a transaction of the caller.
   * - `within`: belongs to the transaction that was begun, and must not run outside of it.
   */
  readonly place: "alone" | "control" | "within"
}

/** As much of an error as can be sent between threads. */
export interface Failure {
  readonly message: string
  /** Node's name of the error, such as `ERR_SQLITE_ERROR`. */
  readonly code?: string | undefined
  /** SQLite's extended error code. */
  readonly errcode?: number | undefined
}

export type Outcome =
  | { readonly rows: ReadonlyArray<unknown>; readonly failure?: undefined }
  | { readonly failure: Failure }

/** To the database: statements in their order. The next ones are sent after the last answer to these. */
export type Question = ReadonlyArray<SqliteStatement>

/** From the thread that has opened the database, beside questions: another one asks over this port; null closes it. */
export type Order = { readonly port: MessagePort } | null

/** From the database, over each port. The first is sent unasked: it is empty, or says what is wrong with the file. */
export type Answer =
  | {
      /** By their places in the question. */
      readonly outcomes: ReadonlyArray<readonly [number, Outcome]>
      /** Whether this completes the answer to the question. */
      readonly last: boolean
      readonly inTransaction: boolean
      readonly failure?: undefined
    }
  | { readonly failure: Failure }

export const toFailure = (cause: unknown): Failure => {
  if (!(cause instanceof Error)) return { message: String(cause) }
  return {
    message: cause.message,
    code: "code" in cause && typeof cause.code === "string" ? cause.code : undefined,
    errcode: "errcode" in cause && typeof cause.errcode === "number" ? cause.errcode : undefined,
  }
}

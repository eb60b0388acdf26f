/** What is said between the thread that serves and the thread that has the database. */
import type { SQLInputValue } from "node:sqlite"

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
  /** Not worth keeping compiled. */
  readonly once: boolean
  /**
   * - `alone`: a transaction of its own, shared with others that wait.
   * - `control`: begins or ends a transaction.
   * - `within`: part of the one that was begun, and of no other.
   */
  readonly place: "alone" | "control" | "within"
}

/** An error, as far as it can be sent. */
export interface Failure {
  readonly message: string
  /** Node's. */
  readonly code?: string | undefined
  /** SQLite's, the extended one. */
  readonly errcode?: number | undefined
}

export type Outcome =
  | { readonly rows: ReadonlyArray<unknown>; readonly failure?: undefined }
  | { readonly failure: Failure }

/** To the database: statements in their order, or null: finish and close. The next only after the last answer. */
export type Question = ReadonlyArray<SqliteStatement> | null

/** From the database; first of all an empty one, or what is wrong with the file. */
export type Answer =
  | {
      /** By their places in the question. */
      readonly outcomes: ReadonlyArray<readonly [number, Outcome]>
      /** Nothing of this question is left. */
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

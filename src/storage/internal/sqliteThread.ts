import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { extname } from "node:path"
import { Worker } from "node:worker_threads"
import type { Answer, Failure, OpenOptions, Outcome, Question, SqliteStatement } from "./sqliteMessages.ts"

// Beside this file: TypeScript in the sources, JavaScript in the package.
const entry = new URL(`./sqliteWorker${extname(import.meta.url)}`, import.meta.url)

/** A thread that has a database. */
export interface SqliteThread {
  /** Whether a transaction was open when the last answer came. */
  readonly inTransaction: () => boolean
  /** Why the thread has ended; undefined while it runs. */
  readonly ended: () => Failure | undefined
  /**
   * Runs statements and calls `say` with the outcome of each as soon as it is known. The next call comes after this one
   * has ended. Fails if the thread ends: a statement without an outcome may have been run or not.
   */
  readonly run: (
    statements: ReadonlyArray<SqliteStatement>,
    say: (place: number, outcome: Outcome) => void,
  ) => Effect.Effect<void, Failure>
}

/** Opens a database on a thread of its own; fails with what is wrong with the file. Closing waits for its end. */
export const open = (options: OpenOptions): Effect.Effect<SqliteThread, Failure, Scope.Scope> =>
  Effect.gen(function* () {
    const worker = yield* Effect.acquireRelease(
      Effect.sync(() => start(options)),
      (worker) => worker.close,
    )
    yield* worker.opened
    return worker
  })

const start = (options: OpenOptions) => {
  const worker = new Worker(entry, { workerData: options, name: "sqlite" })
  let ended: Failure | undefined
  let inTransaction = false
  let say: ((place: number, outcome: Outcome) => void) | undefined
  let resume: ((effect: Effect.Effect<void, Failure>) => void) | undefined

  const settle = (effect: Effect.Effect<void, Failure>) => {
    const settled = resume
    say = undefined
    resume = undefined
    settled?.(effect)
  }
  let crash: unknown
  worker.on("error", (cause) => (crash = cause))
  worker.on("exit", (code) => {
    inTransaction = false
    const why = crash instanceof Error ? crash.message : `exit code ${code}`
    ended = { message: `The thread of the database has ended (${why})` }
    settle(Effect.fail(ended))
  })
  worker.on("message", (answer: Answer) => {
    if (answer.failure !== undefined) return settle(Effect.fail(answer.failure))
    inTransaction = answer.inTransaction
    for (const [place, outcome] of answer.outcomes) say?.(place, outcome)
    if (answer.last) settle(Effect.void)
  })
  const post = (question: Question): void => worker.postMessage(question)

  return {
    inTransaction: () => inTransaction,
    ended: () => ended,
    opened: Effect.callback<void, Failure>((onOpen) => {
      resume = onOpen
    }),
    run: (statements: ReadonlyArray<SqliteStatement>, onOutcome: (place: number, outcome: Outcome) => void) =>
      Effect.callback<void, Failure>((onEnd) => {
        if (ended !== undefined) return onEnd(Effect.fail(ended))
        say = onOutcome
        resume = onEnd
        post(statements)
      }),
    close: Effect.callback<void>((onClosed) => {
      if (ended !== undefined) return onClosed(Effect.void)
      worker.once("exit", () => onClosed(Effect.void))
      post(null)
    }),
  }
}

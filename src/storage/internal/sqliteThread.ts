import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { extname } from "node:path"
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads"
import type { Answer, Failure, OpenOptions, Order, Outcome, Question, SqliteStatement } from "./sqliteMessages.ts"

// Beside this file: TypeScript in the sources, JavaScript in the package.
const entry = new URL(`./sqliteWorker${extname(import.meta.url)}`, import.meta.url)

/** A thread that has a database, to one of those who ask it. */
export interface SqliteThread {
  /** Whether a transaction of this one was open when the last answer came. */
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

/** The same to whoever has started it. */
export interface OwnSqliteThread extends SqliteThread {
  /** A port over which another thread of this process asks the database: it is moved there, and given to `join`. */
  readonly port: () => MessagePort
}

/** Opens a database on a thread of its own; fails with what is wrong with the file. Closing waits for its end. */
export const open = (options: OpenOptions): Effect.Effect<OwnSqliteThread, Failure, Scope.Scope> =>
  Effect.gen(function* () {
    const thread = yield* Effect.acquireRelease(
      Effect.sync(() => start(options)),
      ({ close }) => close,
    )
    yield* thread.opened
    return thread
  })

/** Asks a database that another thread has opened. A transaction of its own is undone when it is closed. */
export const join = (port: MessagePort): Effect.Effect<SqliteThread, Failure, Scope.Scope> =>
  Effect.gen(function* () {
    const conversation = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const conversation = converse((question) => port.postMessage(question))
        port.on("close", () => conversation.end({ message: "The thread of the database is gone" }))
        port.on("message", conversation.hear)
        return conversation
      }),
      () => Effect.sync(() => port.close()),
    )
    yield* conversation.opened
    return conversation
  })

/** Questions and their answers, one after the other. */
const converse = (post: (question: Question) => void) => {
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
  return {
    inTransaction: () => inTransaction,
    ended: () => ended,
    opened: Effect.callback<void, Failure>((onOpen) => {
      if (ended !== undefined) return onOpen(Effect.fail(ended))
      resume = onOpen
    }),
    run: (statements: ReadonlyArray<SqliteStatement>, onOutcome: (place: number, outcome: Outcome) => void) =>
      Effect.callback<void, Failure>((onEnd) => {
        if (ended !== undefined) return onEnd(Effect.fail(ended))
        say = onOutcome
        resume = onEnd
        post(statements)
      }),
    hear: (answer: Answer): void => {
      if (answer.failure !== undefined) return settle(Effect.fail(answer.failure))
      inTransaction = answer.inTransaction
      for (const [place, outcome] of answer.outcomes) say?.(place, outcome)
      if (answer.last) settle(Effect.void)
    },
    /** Nobody answers any more. */
    end: (why: Failure): void => {
      inTransaction = false
      ended = why
      settle(Effect.fail(why))
    },
  }
}

const start = (options: OpenOptions) => {
  const worker = new Worker(entry, { workerData: options, name: "sqlite" })
  const conversation = converse((question) => worker.postMessage(question))
  const order = (order: Order, ports: ReadonlyArray<MessagePort> = []): void => worker.postMessage(order, ports)
  let crash: unknown
  worker.on("error", (cause) => (crash = cause))
  worker.on("exit", (code) => {
    const why = crash instanceof Error ? crash.message : `exit code ${code}`
    conversation.end({ message: `The thread of the database has ended (${why})` })
  })
  worker.on("message", conversation.hear)
  return {
    ...conversation,
    port: () => {
      const { port1, port2 } = new MessageChannel()
      if (conversation.ended() === undefined) order({ port: port1 }, [port1])
      else port1.close()
      return port2
    },
    close: Effect.callback<void>((onClosed) => {
      if (conversation.ended() !== undefined) return onClosed(Effect.void)
      worker.once("exit", () => onClosed(Effect.void))
      order(null)
    }),
  }
}

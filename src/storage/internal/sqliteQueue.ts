import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { classifySqliteError, ConnectionError, SqlError } from "effect/sql/SqlError"
import type { Failure, Outcome, SqliteStatement } from "./sqliteMessages.ts"
import type { SqliteThread } from "./sqliteThread.ts"

/** Statements that may wait; whoever adds another waits until there is room. */
const capacity = 1024

/** Pauses before the database is opened again. */
const firstPause = Duration.millis(100)
const longestPause = Duration.seconds(2)

interface Waiting {
  readonly statement: SqliteStatement
  readonly answer: Deferred.Deferred<ReadonlyArray<unknown>, SqlError>
  /** Its caller was interrupted: it is not run if it has not been sent yet. */
  abandoned: boolean
}

/** Statements waiting for the database. Those that wait at the same moment are run together. */
export interface SqliteQueue<Thread extends SqliteThread> {
  /** The thread that has the database now; undefined while it is opened again. */
  readonly thread: () => Thread | undefined
  /** Whether a transaction is open. */
  readonly inTransaction: () => boolean
  /** Adds a statement at the end; succeeds with an effect that waits for the answer. */
  readonly add: (statement: SqliteStatement) => Effect.Effect<Effect.Effect<ReadonlyArray<unknown>, SqlError>>
}

const toError = ({ code, errcode, message }: Failure): SqlError => {
  // As Node has it, and as `errno`, where the classifier looks.
  const cause = Object.assign(new Error(message), { code, errcode, errno: errcode })
  return new SqlError({ reason: classifySqliteError(cause, { message, operation: "execute" }) })
}

/** The database is not there. With `connect` the statement was certainly not run, with `execute` it may have been. */
const unreachable = (operation: "connect" | "execute", { message }: Failure): SqlError =>
  new SqlError({ reason: new ConnectionError({ cause: new Error(message), message, operation }) })

const closed: Failure = { message: "The database is closed" }

const settle = ({ answer }: Waiting, outcome: Outcome): void => {
  Deferred.doneUnsafe(
    answer,
    outcome.failure === undefined ? Effect.succeed(outcome.rows) : Effect.fail(toError(outcome.failure)),
  )
}

const failAll = (waiting: ReadonlyArray<Waiting>, error: SqlError): void => {
  for (const { answer } of waiting) Deferred.doneUnsafe(answer, Effect.fail(error))
}

/**
 * A database on a thread of its own, which `open` starts or finds. If the thread ends by itself, the statements it was given
 * fail and it is opened again; each time that fails, the statements waiting by then fail, too. Closing first runs those
 * that wait.
 */
export const make = Effect.fnUntraced(function* <Thread extends SqliteThread>(
  open: Effect.Effect<Thread, Failure, Scope.Scope>,
): Effect.fn.Return<SqliteQueue<Thread>, Failure, Scope.Scope> {
  const queue = yield* Queue.bounded<Waiting, Cause.Done>(capacity)
  const opened = yield* Deferred.make<void, Failure>()
  const closing = yield* Deferred.make<void>()
  let thread: Thread | undefined
  let pause = firstPause

  /** Taken from the queue, but the thread had ended before they were sent: they were certainly not run. */
  let held: ReadonlyArray<Waiting> = []

  const take = Effect.suspend(() => (held.length > 0 ? Effect.succeed(held) : Queue.takeAll(queue)))

  /** While one batch is being made durable, the next one gathers. */
  const serve = Effect.fnUntraced(function* (thread: Thread) {
    while (true) {
      const taken = yield* Effect.option(take)
      if (Option.isNone(taken)) return
      held = taken.value
      const ended = thread.ended()
      if (ended !== undefined) return yield* Effect.fail(ended)
      held = []
      const batch = taken.value.filter(({ abandoned }) => !abandoned)
      if (batch.length === 0) continue
      yield* thread
        .run(
          batch.map(({ statement }) => statement),
          (place, outcome) => settle(batch[place]!, outcome),
        )
        .pipe(Effect.tapError((failure) => Effect.sync(() => failAll(batch, unreachable("execute", failure)))))
    }
  })

  /** Those that waited for room come in as soon as there is some: they are refused with the others. */
  const refuse = (failure: Failure) =>
    Queue.clear(queue).pipe(
      Effect.map((waiting) => {
        failAll([...held, ...waiting], unreachable("connect", failure))
        held = []
        return waiting.length
      }),
      Effect.repeat({ while: (count) => count > 0 }),
    )

  /** Runs until the thread ends by itself or the queue is closed and empty. */
  const session = Effect.scoped(
    Effect.gen(function* () {
      thread = yield* Effect.tapError(open, refuse)
      pause = firstPause
      yield* Deferred.succeed(opened, undefined)
      yield* serve(thread)
    }),
  )

  const keepOpen = Effect.gen(function* () {
    while (true) {
      const ended = yield* Effect.result(session)
      if (Result.isSuccess(ended) || (yield* Deferred.fail(opened, ended.failure))) return
      if (yield* Deferred.isDone(closing)) return yield* refuse(ended.failure)
      yield* Effect.logError("The database will be opened again:", ended.failure.message)
      yield* Effect.timeoutOption(Deferred.await(closing), pause)
      pause = Duration.min(Duration.times(pause, 2), longestPause)
    }
  })

  const fiber = yield* Effect.forkScoped(keepOpen)
  yield* Effect.addFinalizer(() =>
    Deferred.succeed(closing, undefined).pipe(Effect.andThen(Queue.end(queue)), Effect.andThen(Fiber.await(fiber))),
  )
  yield* Deferred.await(opened)

  return {
    thread: () => (thread?.ended() === undefined ? thread : undefined),
    inTransaction: () => thread?.inTransaction() === true,
    add: (statement) =>
      Effect.suspend(() => {
        const waiting: Waiting = { statement, answer: Deferred.makeUnsafe(), abandoned: false }
        const abandon = () =>
          Effect.sync(() => {
            waiting.abandoned = true
          })
        return Effect.map(Queue.offer(queue, waiting), (taken) =>
          taken
            ? Effect.onInterrupt(Deferred.await(waiting.answer), abandon)
            : Effect.fail(unreachable("connect", closed)),
        )
      }),
  }
})

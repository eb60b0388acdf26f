import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"

/** Keys that may wait; whoever asks for another waits until there is room. */
const capacity = 1024

/** Keys in one statement. */
const most = 256

/**
 * Turns a question about many keys into one about a single key: the keys asked for while a question is under way go into
 * the next one together, each once. If the question fails, it fails for all who asked.
 */
export const gathered = <K, A, E>(
  ask: (keys: ReadonlyArray<K>) => Effect.Effect<(key: K) => A, E>,
): Effect.Effect<(key: K) => Effect.Effect<A, E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    interface Request {
      readonly key: K
      readonly answer: Deferred.Deferred<A, E>
    }
    const queue = yield* Queue.bounded<Request, Cause.Done>(capacity)
    const settle = (asked: ReadonlyArray<Request>, exit: Exit.Exit<(key: K) => A, E>) => {
      for (const { answer, key } of asked) {
        Deferred.doneUnsafe(
          answer,
          Exit.map(exit, (answers) => answers(key)),
        )
      }
    }
    const answerSome = Effect.flatMap(Queue.takeBetween(queue, 1, most), (asked) =>
      ask([...new Set(asked.map(({ key }) => key))]).pipe(
        Effect.onExit((exit) => Effect.sync(() => settle(asked, exit))),
        Effect.exit,
      ),
    )
    yield* Effect.forkScoped(Effect.forever(answerSome, { disableYield: true }))
    // Whoever still waits when the scope closes is interrupted instead of waiting for ever. Those that waited for room come in
    // as soon as there is some.
    const interruptSome = Effect.map(Queue.clear(queue), (left) => {
      settle(left, Exit.interrupt())
      return left.length
    })
    yield* Effect.addFinalizer(() =>
      Effect.andThen(Queue.end(queue), Effect.repeat(interruptSome, { while: (left) => left > 0 })),
    )
    return (key) =>
      Effect.suspend(() => {
        const answer = Deferred.makeUnsafe<A, E>()
        return Effect.flatMap(Queue.offer(queue, { key, answer }), (taken) =>
          taken ? Deferred.await(answer) : Effect.interrupt,
        )
      })
  })

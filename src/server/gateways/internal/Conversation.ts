/** What two threads ask of each other beside what their hubs say: questions with answers, over a port between them. */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import { MessagePort, type Transferable } from "node:worker_threads"

/** By the name of a question: what goes along with it, and its answer. Plain values, in which a `port` is moved. */
export type Questions = Readonly<Record<string, readonly [asked: unknown, answer: unknown]>>

/** The other thread has ended, or could not answer. */
export class Unanswered extends Data.TaggedError("Unanswered")<{ readonly message: string }> {}

type Answerers<Asked extends Questions> = {
  readonly [Name in keyof Asked]: (asked: Asked[Name][0]) => Effect.Effect<Asked[Name][1], { readonly message: string }>
}

/** The end of either a port or a worker. */
export interface Port {
  readonly postMessage: (value: unknown, transfer?: ReadonlyArray<Transferable>) => void
  readonly on: (event: "message", listener: (value: unknown) => void) => unknown
}

type Piece =
  | { readonly type: "Question"; readonly name: string; readonly number: number; readonly value: unknown }
  | { readonly type: "Answer"; readonly number: number; readonly value: unknown }
  | { readonly type: "Failure"; readonly number: number; readonly message: string }

export interface Conversation<Theirs extends Questions> {
  readonly ask: <Name extends keyof Theirs & string>(
    name: Name,
    value: Theirs[Name][0],
  ) => Effect.Effect<Theirs[Name][1], Unanswered>
  /** The same, where nobody waits for the answer. */
  readonly tell: <Name extends keyof Theirs & string>(name: Name, value: Theirs[Name][0]) => void
  /** Nobody is there any more: whoever waits for an answer is told so. */
  readonly end: (why: string) => void
}

/** Answers until the scope closes. `answerers` say what to do with what the other thread asks. */
export const make = Effect.fnUntraced(function* <Theirs extends Questions, Mine extends Questions>(
  port: Port,
  answerers: Answerers<Mine>,
): Effect.fn.Return<Conversation<Theirs>, never, Scope.Scope> {
  const run = yield* FiberSet.makeRuntime()
  const waiting = new Map<number, Deferred.Deferred<unknown, Unanswered>>()
  let last = 0
  let ended: string | undefined

  const post = (piece: Piece): void => {
    port.postMessage(piece, piece.type === "Failure" ? [] : portsIn(piece.value))
  }

  const answer = ({ name, number, value }: Piece & { readonly type: "Question" }): void => {
    // The other thread is of this program: it asks nothing else.
    const answering = answerers[name as keyof Mine](value)
    run(
      Effect.matchCause(answering, {
        onFailure: (cause) => {
          const error: unknown = Cause.squash(cause)
          if (number > 0)
            post({ type: "Failure", number, message: error instanceof Error ? error.message : String(error) })
        },
        onSuccess: (value) => {
          if (number > 0) post({ type: "Answer", number, value })
        },
      }),
    )
  }

  port.on("message", (value) => {
    const piece = value as Piece
    if (piece.type === "Question") return answer(piece)
    const asked = waiting.get(piece.number)
    if (asked === undefined) return
    const exit = piece.type === "Answer" ? Exit.succeed(piece.value) : Exit.fail(new Unanswered(piece))
    Deferred.doneUnsafe(asked, exit)
  })

  return {
    ask: (name, value) =>
      Effect.suspend(() => {
        if (ended !== undefined) return Effect.fail(new Unanswered({ message: ended }))
        const number = ++last
        const asked = Deferred.makeUnsafe<unknown, Unanswered>()
        waiting.set(number, asked)
        post({ type: "Question", name, number, value })
        return Effect.ensuring(
          Deferred.await(asked),
          Effect.sync(() => waiting.delete(number)),
        ) as Effect.Effect<never, Unanswered>
      }),
    tell: (name, value) => {
      if (ended === undefined) post({ type: "Question", name, number: 0, value })
    },
    end: (why) => {
      ended = why
      for (const asked of waiting.values()) Deferred.doneUnsafe(asked, Exit.fail(new Unanswered({ message: why })))
    },
  }
})

const portsIn = (value: unknown): ReadonlyArray<MessagePort> =>
  Predicate.hasProperty(value, "port") && value.port instanceof MessagePort ? [value.port] : []

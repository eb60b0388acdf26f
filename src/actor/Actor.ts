/**
 * An actor: a bounded mailbox and one fiber that handles what is in it, all of it at a time. Its
 * state belongs to that fiber alone, so it needs no locks.
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Supervisor from "./Supervisor.ts"

/** The actor takes no messages any more, or crashed on this one. */
export class ActorUnavailable extends Data.TaggedError("ActorUnavailable")<{
  readonly actor: string
  readonly why: "stopped" | "crashed"
}> {}

export const isUnavailable = (error: unknown): error is ActorUnavailable => error instanceof ActorUnavailable

/** A message whose sender waits for an answer. */
export interface Asks<A, E> {
  readonly reply: Deferred.Deferred<A, E | ActorUnavailable>
}

export interface Actor<in M> {
  readonly name: string
  /** Leaves a message. False when the mailbox is full or closed. */
  readonly tellUnsafe: (message: M) => boolean
  /** Leaves a message, waiting for room: a full mailbox slows its senders down. */
  readonly tell: (message: M) => Effect.Effect<void, ActorUnavailable>
  /** Leaves a message and waits for the answer. */
  readonly ask: <A, E>(message: (asks: Asks<A, E>) => M) => Effect.Effect<A, E | ActorUnavailable>
  /** Closes the mailbox; what is in it will still be handled. */
  readonly close: Effect.Effect<void>
  /** Closes the mailbox; done when everything that was in it has been handled. */
  readonly drain: Effect.Effect<void>
  /** Done when the actor has ended: drained, given up or interrupted. */
  readonly stopped: Effect.Effect<void>
}

interface Options<M, R> {
  readonly name: string
  /** How many messages the mailbox holds. */
  readonly mailbox: number
  /** Runs before the first message and again after a crash: loads the state. */
  readonly start: Effect.Effect<void, unknown, R>
  /** Handles messages in their order; `waiting` says how many others wait by now. A failure or defect is a crash. */
  readonly receive: (messages: ReadonlyArray<M>, waiting: () => number) => Effect.Effect<void, unknown, R>
  /** After a crash, with the messages that were being handled: tell their senders. */
  readonly onCrash?: (messages: ReadonlyArray<M>) => Effect.Effect<void, never, R>
  /** When it has ended for good, with the messages that nobody will handle. There are none unless it was given up. */
  readonly onEnd?: (messages: ReadonlyArray<M>) => Effect.Effect<void, never, R>
  readonly supervision?: Supervisor.Policy
}

/** Messages that are handled at a time. After a full batch other fibers run before the next one. */
const maxBatch = 256

const replyOf = (message: unknown): Deferred.Deferred<never, ActorUnavailable> | undefined =>
  typeof message === "object" && message !== null && "reply" in message && Deferred.isDeferred(message.reply)
    ? (message.reply as unknown as Deferred.Deferred<never, ActorUnavailable>)
    : undefined

/** Starts an actor. When the scope closes, its mailbox is closed and what was accepted is handled first. */
export const make = Effect.fnUntraced(function* <M, R = never>(
  options: Options<M, R>,
): Effect.fn.Return<Actor<M>, never, R | Scope.Scope> {
  const { name } = options
  const mailbox = yield* Queue.bounded<M, Cause.Done>(options.mailbox)
  const stopped = yield* Deferred.make<void>()
  const waiting = () => Queue.sizeUnsafe(mailbox)
  let handling: ReadonlyArray<M> = []

  const refuse = (messages: ReadonlyArray<M>, why: "stopped" | "crashed") => {
    for (const message of messages) {
      const reply = replyOf(message)
      if (reply !== undefined) Deferred.doneUnsafe(reply, Exit.fail(new ActorUnavailable({ actor: name, why })))
    }
  }

  const run = options.start.pipe(
    Effect.andThen(
      Queue.takeBetween(mailbox, 1, maxBatch).pipe(
        Effect.flatMap((messages) => {
          handling = messages
          const received = options.receive(messages, waiting)
          return messages.length < maxBatch ? received : Effect.andThen(received, Effect.yieldNow)
        }),
        // taking from an empty mailbox waits, so there is no need to yield
        Effect.forever({ disableYield: true }),
        Effect.catchIf(Cause.isDone, () => Effect.void),
      ),
    ),
  )
  /** Closes the mailbox and empties it, those who wait for room included. */
  const clear = (): ReadonlyArray<M> => {
    Queue.endUnsafe(mailbox)
    const rest: Array<M> = []
    for (let next = Queue.takeUnsafe(mailbox); next?._tag === "Success"; next = Queue.takeUnsafe(mailbox)) {
      rest.push(next.value)
    }
    return rest
  }
  const onEnd = Effect.suspend(() => {
    const rest = clear()
    return Effect.ensuring(
      Effect.suspend(() => options.onEnd?.(rest) ?? Effect.void),
      Effect.sync(() => {
        Deferred.doneUnsafe(stopped, Exit.void)
        refuse(rest, "stopped")
      }),
    )
  })
  const onCrash = () =>
    Effect.suspend(() => {
      const crashed = handling
      handling = []
      return Effect.ensuring(
        Effect.suspend(() => options.onCrash?.(crashed) ?? Effect.void),
        Effect.sync(() => refuse(crashed, "crashed")),
      )
    })

  const fiber = yield* Supervisor.supervise(run, {
    name,
    policy: options.supervision ?? Supervisor.defaultPolicy,
    onCrash,
  }).pipe(Effect.ensuring(onEnd), Effect.forkScoped)

  const close = Effect.asVoid(Queue.end(mailbox))
  const drain = Effect.andThen(close, Effect.asVoid(Fiber.await(fiber)))
  // Registered after the fork, so it runs before the fork's own finalizer, which interrupts: what was accepted is handled.
  yield* Effect.addFinalizer(() => drain)

  const unavailable = new ActorUnavailable({ actor: name, why: "stopped" })
  const tell = (message: M): Effect.Effect<void, ActorUnavailable> =>
    Effect.suspend(() =>
      // Nearly always there is room.
      Queue.offerUnsafe(mailbox, message)
        ? Effect.void
        : Effect.flatMap(Queue.offer(mailbox, message), (accepted) =>
            accepted ? Effect.void : Effect.fail(unavailable),
          ),
    )

  return {
    name,
    tellUnsafe: (message) => Queue.offerUnsafe(mailbox, message),
    tell,
    ask: <A, E>(message: (asks: Asks<A, E>) => M) =>
      Effect.suspend(() => {
        const reply = Deferred.makeUnsafe<A, E | ActorUnavailable>()
        return Effect.andThen(tell(message({ reply })), Deferred.await(reply))
      }),
    close,
    drain,
    stopped: Deferred.await(stopped),
  }
})

/**
 * An actor: a bounded mailbox, and one thing at a time that is done about what is in it, all of it at once. Its state
 * belongs to the actor alone, so it needs no locks. What need not wait is done without waking a fiber: a wake-up costs
 * as much as handling some messages. The actor's fiber runs what has to wait.
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import { Mailbox } from "./Mailbox.ts"
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
  /** How many messages are in the mailbox. */
  readonly waiting: () => number
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
  /**
   * Runs before the first message and again after a crash: loads the state. Where this or `receive` fails with
   * `Cause.Done` the actor ends.
   */
  readonly start: Effect.Effect<void, unknown, R>
  /**
   * Handles messages in their order; `waiting` says how many others wait by now. Undefined: it is done already. Whatever
   * fails or throws is a crash.
   */
  readonly receive: (messages: ReadonlyArray<M>, waiting: () => number) => Effect.Effect<void, unknown, R> | undefined
  /** After a crash, with the messages that were being handled: tell their senders. */
  readonly onCrash?: (messages: ReadonlyArray<M>) => Effect.Effect<void, never, R>
  /** When it has ended for good, with the messages that nobody will handle. There are none unless it was given up. */
  readonly onEnd?: (messages: ReadonlyArray<M>) => Effect.Effect<void, never, R>
  readonly supervision?: Supervisor.Policy
}

/** Messages that are handled at a time. After a full batch other fibers run before the next one. */
const maxBatch = 256

const dispatchers = new WeakMap<Scheduler.Scheduler, Scheduler.SchedulerDispatcher>()

/** One for all actors: those that have something to do at the same time do it in one go. */
const dispatcherOf = (scheduler: Scheduler.Scheduler): Scheduler.SchedulerDispatcher => {
  const known = dispatchers.get(scheduler)
  if (known !== undefined) return known
  const dispatcher = scheduler.makeDispatcher()
  dispatchers.set(scheduler, dispatcher)
  return dispatcher
}

const replyOf = (message: unknown): Deferred.Deferred<never, ActorUnavailable> | undefined =>
  typeof message === "object" && message !== null && "reply" in message && Deferred.isDeferred(message.reply)
    ? (message.reply as unknown as Deferred.Deferred<never, ActorUnavailable>)
    : undefined

/** Starts an actor. When the scope closes, its mailbox is closed and what was accepted is handled first. */
export const make = Effect.fnUntraced(function* <M, R = never>(
  options: Options<M, R>,
): Effect.fn.Return<Actor<M>, never, R | Scope.Scope> {
  const { name } = options
  const scheduler = yield* Scheduler.Scheduler
  const stopped = yield* Deferred.make<void>()
  const mailbox: Mailbox<M> = new Mailbox(options.mailbox, () => schedule())
  const waiting = () => mailbox.size
  let handling: ReadonlyArray<M> = []
  /** Continues the fiber, which has nothing to do; undefined while it has. */
  let idle: ((rest: Effect.Effect<void, unknown, R>) => void) | undefined
  let scheduled = false

  /** Messages are handled behind whatever else arrives in this turn of the event loop: what came together, together. */
  const schedule = () => {
    if (scheduled || idle === undefined) return
    scheduled = true
    dispatcherOf(scheduler).scheduleTask(wake, 0)
  }
  const wake = () => {
    scheduled = false
    const resume = idle
    const rest = resume === undefined ? undefined : handle()
    if (rest === undefined) return
    idle = undefined
    resume!(rest)
  }

  /** Handles what is in the mailbox, a batch at a time, up to something that has to wait; undefined where nothing has. */
  const handle = (): Effect.Effect<void, unknown, R> | undefined => {
    if (mailbox.size === 0) return mailbox.closed ? Effect.fail(Cause.Done()) : undefined
    const messages = mailbox.take(maxBatch)
    handling = messages
    let rest: Effect.Effect<void, unknown, R> | undefined
    try {
      rest = options.receive(messages, waiting)
    } catch (defect) {
      return Effect.die(defect)
    }
    if (messages.length === maxBatch) return Effect.andThen(rest ?? Effect.void, Effect.yieldNow)
    // What came meanwhile is handled in the next turn.
    if (rest === undefined && (mailbox.size > 0 || mailbox.closed)) schedule()
    return rest
  }

  const next = Effect.callback<void, unknown, R>((resume) => {
    idle = resume
    const rest = handle()
    if (rest === undefined) return
    idle = undefined
    resume(rest)
  })

  const refuse = (messages: ReadonlyArray<M>, why: "stopped" | "crashed") => {
    for (const message of messages) {
      const reply = replyOf(message)
      if (reply !== undefined) Deferred.doneUnsafe(reply, Exit.fail(new ActorUnavailable({ actor: name, why })))
    }
  }

  const run = options.start.pipe(
    // an idle actor waits, so there is no need to yield
    Effect.andThen(Effect.forever(next, { disableYield: true })),
    Effect.catchIf(Cause.isDone, () => Effect.void),
  )
  const onEnd = Effect.suspend(() => {
    idle = undefined
    const rest = mailbox.clear()
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
      idle = undefined
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

  const close = Effect.sync(() => mailbox.close())
  const drain = Effect.andThen(close, Effect.asVoid(Fiber.await(fiber)))
  // Registered after the fork, so it runs before the fork's own finalizer, which interrupts: what was accepted is handled.
  yield* Effect.addFinalizer(() => drain)

  const unavailable = new ActorUnavailable({ actor: name, why: "stopped" })
  const tell = (message: M): Effect.Effect<void, ActorUnavailable> =>
    Effect.suspend(() =>
      // Nearly always there is room.
      mailbox.offer(message)
        ? Effect.void
        : Effect.flatMap(mailbox.offerWaiting(message), (accepted) =>
            accepted ? Effect.void : Effect.fail(unavailable),
          ),
    )

  return {
    name,
    tellUnsafe: (message) => mailbox.offer(message),
    tell,
    ask: <A, E>(message: (asks: Asks<A, E>) => M) =>
      Effect.suspend(() => {
        const reply = Deferred.makeUnsafe<A, E | ActorUnavailable>()
        return Effect.andThen(tell(message({ reply })), Deferred.await(reply))
      }),
    waiting,
    close,
    drain,
    stopped: Deferred.await(stopped),
  }
})

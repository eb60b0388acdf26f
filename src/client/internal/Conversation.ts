/** What every version's conversation has: requests and their answers, events for one consumer, and one end for all. */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ServerFrame } from "../../protocol/v2/ServerFrame.ts"
import type { Answer, Event } from "../Connection.ts"
import type { Link } from "./Link.ts"

/** Events that wait for the consumer, before they wait in the network. */
const eventsAhead = 256
/** Time the network has to take what is no request. */
const sayTimeout = Duration.seconds(10)
/** Time the server has to answer a goodbye. */
const goodbyeTimeout = Duration.seconds(1)

export class Conversation {
  readonly link: Link
  readonly events: Queue.Queue<Event, Disconnect>
  private readonly answerTimeout: Duration.Duration
  // Bounded by the calls that wait for their answers.
  private readonly waiting = new Map<number, Deferred.Deferred<ServerFrame, RequestError | Disconnect>>()
  /** Why it has ended. */
  private readonly ended = Deferred.makeUnsafe<never, Disconnect>()
  /** Ends it from within. */
  private readonly broken = Deferred.makeUnsafe<never, Disconnect>()
  private lastRef = 0

  private constructor(link: Link, events: Queue.Queue<Event, Disconnect>, answerTimeout: Duration.Duration) {
    this.link = link
    this.events = events
    this.answerTimeout = answerTimeout
  }

  static make(link: Link, answerTimeout: Duration.Duration): Effect.Effect<Conversation> {
    return Effect.map(
      Queue.bounded<Event, Disconnect>(eventsAhead),
      (events) => new Conversation(link, events, answerTimeout),
    )
  }

  /**
   * Makes a request under a number of its own, and waits for `settle` with that. A server that does not answer in time
   * does not work: the whole conversation ends then.
   */
  ask<Type extends ServerFrame["type"]>(write: (ref: number) => Result.Result<Uint8Array, RequestError>): Answer<Type> {
    const asking = Effect.suspend((): Answer<Type> => {
      const ref = this.nextRef()
      const bytes = write(ref)
      if (bytes._tag === "Failure") return Effect.fail(bytes.failure)
      const reply = Deferred.makeUnsafe<ServerFrame, RequestError | Disconnect>()
      this.waiting.set(ref, reply)
      return Effect.raceAllFirst([
        // A network that takes nothing more does not hold up who waits.
        Effect.andThen(this.link.write(bytes.success), Effect.never),
        Deferred.await(reply) as Answer<Type>,
        Effect.andThen(Effect.sleep(this.answerTimeout), this.giveUp),
      ]).pipe(Effect.ensuring(Effect.sync(() => this.waiting.delete(ref))))
    })
    return this.unlessOver(asking)
  }

  private readonly giveUp: Effect.Effect<never, Disconnect> = Effect.suspend(() => {
    const lost = new Disconnect({ reason: "ConnectionLost", detail: "The server did not answer in time" })
    Deferred.doneUnsafe(this.broken, Exit.fail(lost))
    return this.over
  })

  nextRef(): number {
    return ++this.lastRef
  }

  /** The answer; it may come too late, or to nobody's question. */
  settle(ref: number, answer: Exit.Exit<ServerFrame, RequestError>): void {
    const reply = this.waiting.get(ref)
    if (reply !== undefined) Deferred.doneUnsafe(reply, answer)
  }

  /** Says what is not answered. */
  say(bytes: Uint8Array): Effect.Effect<void> {
    return Effect.suspend(() =>
      Deferred.isDoneUnsafe(this.ended)
        ? Effect.void
        : Effect.asVoid(Effect.timeoutOption(this.link.write(bytes), sayTimeout)),
    )
  }

  /** Waits behind what the consumer has not taken yet. */
  tell(event: Event): Effect.Effect<void> {
    return Effect.asVoid(Queue.offer(this.events, event))
  }

  /** Fails with why it has ended, as soon as it has. */
  readonly over: Effect.Effect<never, Disconnect> = Effect.suspend(() => Deferred.await(this.ended))

  /** Fails with why it has ended, if it has. */
  unlessOver<A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | Disconnect> {
    return Effect.suspend((): Effect.Effect<A, E | Disconnect> =>
      Deferred.isDoneUnsafe(this.ended) ? this.over : effect,
    )
  }

  /** Hears the server until the end, which it brings to everybody; says goodbye with the scope, if it knows how. */
  listen(options: {
    readonly hear: (body: Uint8Array) => Effect.Effect<void, Disconnect>
    /** Fails when the server is gone, whatever the network believes. */
    readonly watch: Effect.Effect<never, Disconnect>
    /** What is known of why it ended, at the end. */
    readonly because?: ((disconnect: Disconnect) => Disconnect) | undefined
    readonly goodbye?: Uint8Array | undefined
  }): Effect.Effect<void, never, Scope.Scope> {
    const { because, goodbye, hear, watch } = options
    // take waits by itself
    const hearing = Effect.forever(Effect.flatMap(this.link.take, hear), { disableYield: true })
    const listening = Effect.raceAllFirst([hearing, watch, Deferred.await(this.broken)]).pipe(
      Effect.mapError((disconnect) => because?.(disconnect) ?? disconnect),
      Effect.onExit((exit) => Effect.sync(() => this.end(exit))),
      Effect.ignore,
      Effect.forkScoped,
    )
    const leave = Effect.suspend(() => {
      // Whatever comes now has no consumer any more.
      const closing = Queue.shutdown(this.events)
      if (Deferred.isDoneUnsafe(this.ended)) return Effect.void
      if (goodbye === undefined) return closing
      return closing.pipe(
        Effect.andThen(this.say(goodbye)),
        Effect.andThen(Effect.exit(this.over)),
        Effect.timeoutOption(goodbyeTimeout),
        Effect.interruptible,
      )
    })
    return Effect.andThen(
      listening,
      Effect.addFinalizer(() => leave),
    )
  }

  private end(exit: Exit.Exit<unknown, Disconnect>): void {
    const reason = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined
    const disconnect = reason ?? new Disconnect({ reason: "Goodbye" })
    Deferred.doneUnsafe(this.ended, Exit.fail(disconnect))
    for (const reply of this.waiting.values()) Deferred.doneUnsafe(reply, Exit.fail(disconnect))
    Queue.failCauseUnsafe(this.events, Cause.fail(disconnect))
  }
}

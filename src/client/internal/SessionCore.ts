/** What the sessions of both versions share: requests and their answers, a queue of events, and one end for all. */
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
import type { Answer } from "../Session.ts"
import type { Event } from "../Event.ts"
import type { Link } from "./Link.ts"
import { outOfTime, timeFor } from "./slowLink.ts"

/** Events that wait for the consumer, before nothing more is read from the network. */
const eventsAhead = 256
/** Time the network has to take a frame that is no request. */
const sendTimeout = Duration.seconds(10)
/** Before a request counts as not answered, the server has so many milliseconds, or half of the time, to say that it is there. */
const pongWithin = 5000
/** Time beyond that, while the server is heard: what is asked for may stand still, and all else go on. */
const whileHeard = Duration.minutes(1)
/** Time the server has to answer a goodbye. */
const goodbyeTimeout = Duration.seconds(1)

export class SessionCore {
  readonly link: Link
  readonly events: Queue.Queue<Event, Disconnect>
  private readonly answerTimeout: Duration.Duration
  /** Asks the server whether it is there; undefined where that is not known of it. */
  private readonly ping: Effect.Effect<void> | undefined
  /** The requests that wait for an answer, by their `ref`; as many as there are such calls. */
  private readonly waiting = new Map<number, Deferred.Deferred<ServerFrame, RequestError | Disconnect>>()
  /** Failed with the reason once the session has ended. */
  private readonly ended = Deferred.makeUnsafe<never, Disconnect>()
  /** To be failed in order to end the session. */
  private readonly broken = Deferred.makeUnsafe<never, Disconnect>()
  private lastRef = 0
  /** Bytes of the requests that wait for an answer: they share the network. */
  private unanswered = 0

  private constructor(
    link: Link,
    events: Queue.Queue<Event, Disconnect>,
    answerTimeout: Duration.Duration,
    ping: Uint8Array | undefined,
  ) {
    this.link = link
    this.events = events
    this.answerTimeout = answerTimeout
    this.ping = ping && this.send(ping)
  }

  static make(link: Link, answerTimeout: Duration.Duration, ping?: Uint8Array): Effect.Effect<SessionCore> {
    return Effect.map(
      Queue.bounded<Event, Disconnect>(eventsAhead),
      (events) => new SessionCore(link, events, answerTimeout, ping),
    )
  }

  /**
   * Sends a request under a new `ref`, and waits until `settle` is called with that. A server that does not answer in
   * time, and is not heard either when it is asked, does not work any more: that ends the whole session.
   */
  request<Type extends ServerFrame["type"]>(
    write: (ref: number) => Result.Result<Uint8Array, RequestError>,
  ): Answer<Type> {
    const requesting = Effect.suspend((): Answer<Type> => {
      const ref = this.nextRef()
      const bytes = write(ref)
      if (bytes._tag === "Failure") return Effect.fail(bytes.failure)
      const answer = Deferred.makeUnsafe<ServerFrame, RequestError | Disconnect>()
      this.waiting.set(ref, answer)
      const { byteLength } = bytes.success
      this.unanswered += byteLength
      let sent = false
      const more = Effect.suspend(() => (sent ? outOfTime(this.link, timeFor(this.unanswered)) : Effect.void))
      const patience = Duration.toMillis(this.answerTimeout)
      let heard = Infinity
      const asking = Effect.suspend(() => {
        if (this.ping === undefined) return Effect.never
        heard = this.link.received()
        return Effect.andThen(this.ping, Effect.never)
      })
      return Effect.raceAllFirst([
        // Raced with the others, so that a network that takes nothing more cannot hold up the caller.
        Effect.andThen(
          Effect.map(this.link.write(bytes.success), () => (sent = true)),
          Effect.never,
        ),
        Deferred.await(answer) as Answer<Type>,
        Effect.delay(asking, Math.max(patience / 2, patience - pongWithin)),
        outOfTime(this.link, this.answerTimeout).pipe(
          Effect.andThen(more),
          Effect.andThen(Effect.suspend(() => Effect.sleep(this.link.received() > heard ? whileHeard : 0))),
          Effect.andThen(this.giveUp),
        ),
      ]).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            this.waiting.delete(ref)
            this.unanswered -= byteLength
          }),
        ),
      )
    })
    return this.unlessClosed(requesting)
  }

  private readonly giveUp: Effect.Effect<never, Disconnect> = Effect.suspend(() => {
    const lost = new Disconnect({ reason: "ConnectionLost", detail: "The server did not answer in time" })
    Deferred.doneUnsafe(this.broken, Exit.fail(lost))
    return this.closed
  })

  nextRef(): number {
    return ++this.lastRef
  }

  /**
   * Gives a request its answer. Nobody may wait for it any more, or nobody may ever have asked: then it is dropped, and this is
   * false.
   */
  settle(ref: number, answer: Exit.Exit<ServerFrame, RequestError>): boolean {
    const waiting = this.waiting.get(ref)
    return waiting !== undefined && Deferred.doneUnsafe(waiting, answer)
  }

  /** Sends a frame that has no answer. */
  send(bytes: Uint8Array): Effect.Effect<void> {
    return Effect.suspend(() =>
      Deferred.isDoneUnsafe(this.ended)
        ? Effect.void
        : Effect.asVoid(Effect.timeoutOption(this.link.write(bytes), sendTimeout)),
    )
  }

  /** The same, however long the network takes for it. Fails when the session has ended. */
  deliver(bytes: Uint8Array): Effect.Effect<void, Disconnect> {
    return this.unlessClosed(Effect.raceFirst(this.link.write(bytes), this.closed))
  }

  /** Hands an event to the consumer; waits while the queue is full. */
  emit(event: Event): Effect.Effect<void> {
    return Effect.asVoid(Queue.offer(this.events, event))
  }

  /** Fails with the reason as soon as the session has ended. */
  readonly closed: Effect.Effect<never, Disconnect> = Effect.suspend(() => Deferred.await(this.ended))

  /** Fails with the reason if the session has ended already. */
  unlessClosed<A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | Disconnect> {
    return Effect.suspend((): Effect.Effect<A, E | Disconnect> =>
      Deferred.isDoneUnsafe(this.ended) ? this.closed : effect,
    )
  }

  /** Reads in the background until the end, of which everybody who waits is told; closes with the scope. */
  run(options: {
    readonly receive: (body: Uint8Array) => Effect.Effect<void, Disconnect>
    /** Fails when the server is gone, even if the connection seems to be there. */
    readonly watchdog: Effect.Effect<never, Disconnect>
    /** At the end: the reason, with whatever more is known about it. */
    readonly explain?: ((disconnect: Disconnect) => Disconnect) | undefined
    /** Told the reason, too. */
    readonly onEnd?: ((because: Disconnect) => void) | undefined
    /** The frame that says goodbye, in a version that has one. */
    readonly goodbye?: Uint8Array | undefined
  }): Effect.Effect<void, never, Scope.Scope> {
    const { explain, goodbye, onEnd = () => {}, receive, watchdog } = options
    // `take` waits by itself, so this loop need not yield.
    const reading = Effect.forever(Effect.flatMap(this.link.take, receive), { disableYield: true })
    const running = Effect.raceAllFirst([reading, watchdog, Deferred.await(this.broken)]).pipe(
      Effect.mapError((disconnect) => explain?.(disconnect) ?? disconnect),
      Effect.onExit((exit) => Effect.sync(() => onEnd(this.end(exit)))),
      Effect.ignore,
      Effect.forkScoped,
    )
    const close = Effect.suspend(() => {
      // Events that still come have no consumer any more.
      const closing = Queue.shutdown(this.events)
      if (Deferred.isDoneUnsafe(this.ended)) return Effect.void
      if (goodbye === undefined) return closing
      // Not interruptible: who closes may be interrupted already, and nothing would be said.
      const leaving = Effect.andThen(this.send(goodbye), Effect.exit(this.closed))
      return Effect.andThen(closing, Effect.timeoutOption(leaving, goodbyeTimeout))
    })
    return Effect.andThen(
      running,
      Effect.addFinalizer(() => close),
    )
  }

  private end(exit: Exit.Exit<unknown, Disconnect>): Disconnect {
    const reason = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined
    const disconnect = reason ?? new Disconnect({ reason: "Goodbye" })
    Deferred.doneUnsafe(this.ended, Exit.fail(disconnect))
    for (const answer of this.waiting.values()) Deferred.doneUnsafe(answer, Exit.fail(disconnect))
    Queue.failCauseUnsafe(this.events, Cause.fail(disconnect))
    return disconnect
  }
}

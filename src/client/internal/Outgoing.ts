import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { catalog, isGarbled, type RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Answer, ClientSession } from "../Session.ts"
import { OutboxFull, Unconfirmed } from "../PublishError.ts"
import { type ConnectionFailure, defaults, delay } from "../Reconnect.ts"
import type { CurrentSession } from "./CurrentSession.ts"
import { Pace } from "./Pace.ts"

export type Acknowledgement = ServerFrameOf<"Published">
export type PublishFailure = RequestError | ConnectionFailure | OutboxFull | Unconfirmed

/** Sends it in a session, every time with the same id. */
type Send = (session: ClientSession, channel: string) => Answer<"Published">

interface PendingPublish {
  /** As the channel is called now. */
  channel: string
  readonly send: Send
  readonly reply: Deferred.Deferred<Acknowledgement, PublishFailure>
  /** Whether nobody waits for it any more: then it is not sent. */
  abandoned: boolean
}

/** Tries where the server has failed over it. */
const maxFailures = 4
/** Tries where it could not read what was right when it was sent: a byte was changed on the way. */
const maxGarbled = 3

/**
 * The queue of messages, edits, deletions and reactions: sent one behind the other, each until it is acknowledged, over
 * as many connections as that takes.
 */
export class Outgoing {
  private readonly current: CurrentSession
  private readonly queue: Queue.Queue<PendingPublish>
  // Bounded by the queue, and the one that is being sent.
  private readonly open = new Set<PendingPublish>()
  private ended: ConnectionFailure | undefined
  private readonly pace = new Pace()

  /** Whether the client is out of a channel only until the server has room for it. */
  private readonly isShutOut: (channel: string) => boolean

  private constructor(
    current: CurrentSession,
    queue: Queue.Queue<PendingPublish>,
    isShutOut: (channel: string) => boolean,
  ) {
    this.current = current
    this.queue = queue
    this.isShutOut = isShutOut
  }

  /** Sends until the scope closes. */
  static readonly make = Effect.fnUntraced(function* (
    current: CurrentSession,
    limit: number,
    isShutOut: (channel: string) => boolean = () => false,
  ): Effect.fn.Return<Outgoing, never, Scope.Scope> {
    const outgoing = new Outgoing(current, yield* Queue.dropping<PendingPublish>(limit), isShutOut)
    yield* Effect.forkScoped(Stream.runForEach(Stream.fromQueue(outgoing.queue), (message) => outgoing.send(message)))
    return outgoing
  })

  /** Succeeds when the server has acknowledged it. If this is interrupted first, it may not be sent at all. */
  add(channel: string, send: Send): Effect.Effect<Acknowledgement, PublishFailure> {
    return Effect.suspend(() => {
      if (this.ended !== undefined) return Effect.fail(this.ended)
      const message: PendingPublish = { channel, send, reply: Deferred.makeUnsafe(), abandoned: false }
      if (!Queue.offerUnsafe(this.queue, message)) return Effect.fail(new OutboxFull())
      this.open.add(message)
      return Effect.onInterrupt(Deferred.await(message.reply), () => Effect.sync(() => (message.abandoned = true)))
    })
  }

  /** A channel has a new name. */
  rename(channel: string, name: string): void {
    for (const message of this.open) if (message.channel === channel) message.channel = name
  }

  /** Nothing more will be sent. */
  close(because: ConnectionFailure): void {
    this.ended = because
    for (const { reply } of this.open) Deferred.doneUnsafe(reply, Exit.fail(because))
    this.open.clear()
  }

  private send(message: PendingPublish): Effect.Effect<void> {
    return Effect.suspend(() => (message.abandoned ? Effect.void : Effect.exit(this.attempt(message)))).pipe(
      Effect.map((exit) => {
        this.open.delete(message)
        if (exit !== undefined) Deferred.doneUnsafe(message.reply, exit)
      }),
    )
  }

  /** Tries in this session, and in the next if it ends first: with the same id, so that it is stored once. */
  private attempt(message: PendingPublish, failures = 0): Effect.Effect<Acknowledgement, PublishFailure> {
    const { channel, send } = message
    return Effect.flatMap(this.inPace, (session) =>
      Effect.catchTags(
        Effect.tap(send(session, channel), () => Effect.map(Clock.currentTimeMillis, (now) => this.pace.accept(now))),
        {
          Disconnect: () => {
            this.current.clear(session)
            return session.version === 1 ? Effect.fail(new Unconfirmed()) : this.attempt(message, failures)
          },
          RequestError: (error) => {
            // The channel was renamed while it was on its way.
            if (message.channel !== channel) return this.attempt(message, failures)
            const again = isGarbled(error.reason) && session.version === 2 && failures < maxGarbled
            return again ? this.attempt(message, failures + 1) : this.refused(message, failures, error)
          },
        },
      ),
    )
  }

  /** The session, as soon as there is one and the next message will not be too early. */
  private readonly inPace: Effect.Effect<ClientSession, ConnectionFailure> = Effect.suspend(() =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const wait = this.pace.wait(now)
      return wait === 0 ? this.current.ready : Effect.delay(this.current.ready, Duration.millis(wait))
    }),
  )

  /** When it has to be sent later it waits here, so that nothing overtakes it. */
  private refused(
    message: PendingPublish,
    failures: number,
    error: RequestError,
  ): Effect.Effect<Acknowledgement, PublishFailure> {
    const { reason, retryAfter } = error
    const waits = reason === "NotMember" && this.isShutOut(message.channel)
    if (!waits && (!catalog[reason].retryable || (reason === "Internal" && failures >= maxFailures)))
      return Effect.fail(error)
    if (retryAfter === undefined) {
      return Effect.flatMap(delay(defaults, failures), (wait) => this.later(message, failures + 1, wait))
    }
    if (reason !== "RateLimited") return this.later(message, failures, retryAfter)
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      this.pace.refuse(now, Duration.toMillis(retryAfter))
      return this.later(message, failures, retryAfter)
    })
  }

  private later(
    message: PendingPublish,
    failures: number,
    wait: Duration.Duration,
  ): Effect.Effect<Acknowledgement, PublishFailure> {
    return Effect.delay(
      Effect.suspend(() => (message.abandoned ? Effect.interrupt : this.attempt(message, failures))),
      wait,
    )
  }
}

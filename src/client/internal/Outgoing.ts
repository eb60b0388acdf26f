import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Monotonic from "../../domain/Monotonic.ts"
import { catalog, isGarbled, RequestError } from "../../domain/RequestError.ts"
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

/** Where something is to be said. */
export interface Destination {
  /** As the channel is called now. */
  readonly name: string
  /** Why it can never be said there. */
  readonly refused: RequestError | undefined
  /** Counts the channel's histories: what is about a message of an earlier one is about nothing that is there. */
  readonly era: number
}

interface PendingPublish {
  to: Destination
  /** The era of the message that it changes; undefined where it changes none. */
  era: number | undefined
  /** Whether the client is not in that channel yet, and knows it by its name alone. */
  byName: boolean
  readonly send: Send
  readonly reply: Deferred.Deferred<Acknowledgement, PublishFailure>
  /** Whether nobody waits for it any more: then it is not sent. */
  abandoned: boolean
}

const otherHistory = () =>
  new RequestError({
    reason: "NoSuchMessage",
    detail: "The channel's history is another one now, without this message",
  })

/** Tries where the server has failed over it. */
const maxFailures = 4
/** Tries where it could not read what was right when it was sent: a byte was changed on the way. */
const maxGarbled = 3

interface OutgoingOptions {
  readonly isShutOut?: ((channel: string) => boolean) | undefined
  readonly longestWait?: Duration.Duration | undefined
}

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
  private readonly longestWait: Duration.Duration

  private constructor(
    current: CurrentSession,
    queue: Queue.Queue<PendingPublish>,
    { isShutOut = () => false, longestWait = Duration.infinity }: OutgoingOptions,
  ) {
    this.current = current
    this.queue = queue
    this.isShutOut = isShutOut
    this.longestWait = longestWait
  }

  /** Sends until the scope closes. */
  static readonly make = Effect.fnUntraced(function* (
    current: CurrentSession,
    limit: number,
    options: OutgoingOptions = {},
  ): Effect.fn.Return<Outgoing, never, Scope.Scope> {
    const outgoing = new Outgoing(current, yield* Queue.dropping<PendingPublish>(limit), options)
    yield* Effect.forkScoped(Stream.runForEach(Stream.fromQueue(outgoing.queue), (message) => outgoing.send(message)))
    return outgoing
  })

  /** Succeeds when the server has acknowledged it. If this is interrupted first, it may not be sent at all. */
  add(
    channel: Destination | string,
    send: Send,
    { changes = false }: { readonly changes?: boolean } = {},
  ): Effect.Effect<Acknowledgement, PublishFailure> {
    return Effect.suspend(() => {
      if (this.ended !== undefined) return Effect.fail(this.ended)
      const byName = typeof channel === "string"
      const to = byName ? { name: channel, refused: undefined, era: 0 } : channel
      const era = changes ? to.era : undefined
      const message: PendingPublish = { to, era, byName, send, reply: Deferred.makeUnsafe(), abandoned: false }
      if (!Queue.offerUnsafe(this.queue, message)) return Effect.fail(new OutboxFull())
      this.open.add(message)
      return Effect.onInterrupt(Deferred.await(message.reply), () => Effect.sync(() => (message.abandoned = true)))
    })
  }

  /** The client has entered a channel: what was to be said under its name follows it from now on. */
  bind(channel: Destination, isIts: (name: string) => boolean): void {
    for (const message of this.open) {
      if (!message.byName || !isIts(message.to.name)) continue
      message.to = channel
      message.byName = false
      if (message.era !== undefined) message.era = channel.era
    }
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
    return Effect.flatMap(this.inPace, (session) => {
      const { send, to } = message
      if (to.refused !== undefined) return Effect.fail(to.refused)
      if (message.era !== undefined && message.era !== to.era) return Effect.fail(otherHistory())
      const { name } = to
      return Effect.catchTags(
        Effect.tap(send(session, name), () => Effect.map(Monotonic.now, (now) => this.pace.accept(now))),
        {
          Disconnect: () => {
            this.current.clear(session)
            return session.version === 1 ? Effect.fail(new Unconfirmed()) : this.attempt(message, failures)
          },
          RequestError: (error) => {
            // The channel was renamed while it was on its way.
            if (message.to.name !== name) return this.attempt(message, failures)
            const again = isGarbled(error.reason) && session.version === 2 && failures < maxGarbled
            return again ? this.attempt(message, failures + 1) : this.refused(message, failures, error)
          },
        },
      )
    })
  }

  /** The session, as soon as there is one and the next message will not be too early. */
  private readonly inPace: Effect.Effect<ClientSession, ConnectionFailure> = Effect.suspend(() =>
    Effect.flatMap(Monotonic.now, (now) => {
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
    const waits = reason === "NotMember" && this.isShutOut(message.to.name)
    if (!waits && (!catalog[reason].retryable || (reason === "Internal" && failures >= maxFailures)))
      return Effect.fail(error)
    if (retryAfter === undefined) {
      return Effect.flatMap(delay(defaults, failures), (wait) => this.later(message, failures + 1, wait))
    }
    if (reason !== "RateLimited" && Duration.isGreaterThan(retryAfter, this.longestWait)) return Effect.fail(error)
    if (reason !== "RateLimited") return this.later(message, failures, retryAfter)
    return Effect.flatMap(Monotonic.now, (now) => {
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

import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { catalog, type RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Answer, ClientSession } from "../Session.ts"
import { OutboxFull, Unconfirmed } from "../PublishError.ts"
import { type ConnectionFailure, defaults, delay } from "../Reconnect.ts"
import type { CurrentSession } from "./CurrentSession.ts"

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

/** Tries, where the server does not say when the next may help. */
const maxFailures = 4

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

  private constructor(current: CurrentSession, queue: Queue.Queue<PendingPublish>) {
    this.current = current
    this.queue = queue
  }

  /** Sends until the scope closes. */
  static readonly make = Effect.fnUntraced(function* (
    current: CurrentSession,
    limit: number,
  ): Effect.fn.Return<Outgoing, never, Scope.Scope> {
    const outgoing = new Outgoing(current, yield* Queue.dropping<PendingPublish>(limit))
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
    return Effect.flatMap(this.current.ready, (session) =>
      Effect.catchTags(send(session, channel), {
        Disconnect: () => {
          this.current.clear(session)
          return session.version === 1 ? Effect.fail(new Unconfirmed()) : this.attempt(message)
        },
        // When it has to be sent later it waits here, so that nothing overtakes it.
        RequestError: (error) => {
          // The channel was renamed while it was on its way.
          if (message.channel !== channel) return this.attempt(message, failures)
          if (!catalog[error.reason].retryable) return Effect.fail(error)
          if (error.retryAfter !== undefined) return this.later(message, failures, error.retryAfter)
          if (failures === maxFailures) return Effect.fail(error)
          return Effect.flatMap(delay(defaults, failures), (wait) => this.later(message, failures + 1, wait))
        },
      }),
    )
  }

  private later(
    message: PendingPublish,
    failures: number,
    wait: Duration.Duration,
  ): Effect.Effect<Acknowledgement, PublishFailure> {
    return Effect.delay(
      Effect.suspend(() => this.attempt(message, failures)),
      wait,
    )
  }
}

import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { catalog, type RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Answer, Connection } from "../Connection.ts"
import { OutboxFull, Unconfirmed } from "../PublishError.ts"
import { type Absence, defaults, delay } from "../Reconnect.ts"
import type { Seat } from "./Seat.ts"

export type Published = ServerFrameOf<"Published">
export type PublishFailure = RequestError | Absence | OutboxFull | Unconfirmed

/** Asks for it over a connection, each time under the same id. */
type Send = (connection: Connection, channel: string) => Answer<"Published">

interface Unsent {
  /** As it is called now. */
  channel: string
  readonly send: Send
  readonly reply: Deferred.Deferred<Published, PublishFailure>
  /** Whether nobody waits for it any more; it is not sent then. */
  abandoned: boolean
}

/** Tries over one connection at which the server fails without saying when to come back. */
const maxFailures = 4

/**
 * What is to take its place in a channel: messages, and what changes them. Sent one behind the other, over whatever
 * connections it takes.
 */
export class Outgoing {
  private readonly seat: Seat
  private readonly queue: Queue.Queue<Unsent>
  // Bounded by the queue, and the one being sent.
  private readonly open = new Set<Unsent>()
  private over: Absence | undefined

  private constructor(seat: Seat, queue: Queue.Queue<Unsent>) {
    this.seat = seat
    this.queue = queue
  }

  /** Sends until the scope closes. */
  static readonly make = Effect.fnUntraced(function* (
    seat: Seat,
    limit: number,
  ): Effect.fn.Return<Outgoing, never, Scope.Scope> {
    const outgoing = new Outgoing(seat, yield* Queue.dropping<Unsent>(limit))
    yield* Effect.forkScoped(Stream.runForEach(Stream.fromQueue(outgoing.queue), (message) => outgoing.send(message)))
    return outgoing
  })

  /** Succeeds when the server has acknowledged it. Interrupted before it is sent, it is not sent. */
  add(channel: string, send: Send): Effect.Effect<Published, PublishFailure> {
    return Effect.suspend(() => {
      if (this.over !== undefined) return Effect.fail(this.over)
      const message: Unsent = { channel, send, reply: Deferred.makeUnsafe(), abandoned: false }
      if (!Queue.offerUnsafe(this.queue, message)) return Effect.fail(new OutboxFull())
      this.open.add(message)
      return Effect.onInterrupt(Deferred.await(message.reply), () => Effect.sync(() => (message.abandoned = true)))
    })
  }

  /** A channel is called differently now. */
  rename(channel: string, name: string): void {
    for (const message of this.open) if (message.channel === channel) message.channel = name
  }

  /** Nothing more will be sent. */
  close(because: Absence): void {
    this.over = because
    for (const { reply } of this.open) Deferred.doneUnsafe(reply, Exit.fail(because))
    this.open.clear()
  }

  private send(message: Unsent): Effect.Effect<void> {
    return Effect.suspend(() => (message.abandoned ? Effect.void : Effect.exit(this.attempt(message)))).pipe(
      Effect.map((exit) => {
        this.open.delete(message)
        if (exit !== undefined) Deferred.doneUnsafe(message.reply, exit)
      }),
    )
  }

  /** Over one connection, and over the next if that is lost: with the same id, so that it is said once. */
  private attempt(message: Unsent, failures = 0): Effect.Effect<Published, PublishFailure> {
    const { channel, send } = message
    return Effect.flatMap(this.seat.connection, (connection) =>
      Effect.catchTags(send(connection, channel), {
        Disconnect: () => {
          this.seat.leave(connection)
          return connection.version === 1 ? Effect.fail(new Unconfirmed()) : this.attempt(message)
        },
        // Told to come back later it waits here, so that nothing overtakes it.
        RequestError: (error) => {
          // It was on its way while the channel was renamed.
          if (message.channel !== channel) return this.attempt(message, failures)
          if (!catalog[error.reason].retryable) return Effect.fail(error)
          if (error.retryAfter !== undefined) return this.later(message, failures, error.retryAfter)
          if (failures === maxFailures) return Effect.fail(error)
          return Effect.flatMap(delay(defaults, failures), (wait) => this.later(message, failures + 1, wait))
        },
      }),
    )
  }

  private later(message: Unsent, failures: number, wait: Duration.Duration): Effect.Effect<Published, PublishFailure> {
    return Effect.delay(
      Effect.suspend(() => this.attempt(message, failures)),
      wait,
    )
  }
}

import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { ClientEvent } from "../Event.ts"
import type { Absence } from "../Reconnect.ts"

/** Events that wait for one consumer, before it loses its place. */
const eventsAhead = 4096

/** Events that may wait where more are to be fetched. */
const roomy = eventsAhead / 2
/** Time that a consumer has to make room, before the others go on without waiting for it. */
const patience = Duration.seconds(10)

type Inbox = Queue.Queue<ClientEvent, Absence | Cause.Done>

/** Who hears of events. None of them can hold up the others, nor the connection. */
export class Subscribers {
  // As many as the program has consumers, each until its scope closes.
  private readonly inboxes = new Set<Inbox>()
  private over: Cause.Cause<Absence | Cause.Done> | undefined

  /** Somebody has taken something. */
  private readonly taken = Latch.makeUnsafe(false)
  private readonly some = Latch.makeUnsafe(false)

  /** Waits until there was somebody who hears. */
  readonly any: Effect.Effect<void> = this.some.await

  /** Waits until everybody has room for a page. */
  readonly room: Effect.Effect<void> = Effect.suspend(() => {
    const full = [...this.inboxes].some((inbox) => Queue.sizeUnsafe(inbox) > roomy)
    return full ? Effect.andThen(this.taken.await, this.room) : Effect.void
  }).pipe(Effect.timeoutOption(patience), Effect.asVoid)

  tell(event: ClientEvent): void {
    for (const inbox of this.inboxes) {
      if (Queue.offerUnsafe(inbox, event)) continue
      this.inboxes.delete(inbox)
      Queue.failCauseUnsafe(inbox, Cause.fail(new Disconnect({ reason: "SlowConsumer" })))
    }
  }

  /** There will be no more; undefined where that is nobody's fault. */
  end(because: Absence | undefined): void {
    this.over = Cause.fail(because ?? Cause.Done())
    for (const inbox of this.inboxes) Queue.failCauseUnsafe(inbox, this.over)
    this.inboxes.clear()
  }

  /** What is told from now on. */
  readonly subscribe: Effect.Effect<Stream.Stream<ClientEvent, Absence>, never, Scope.Scope> = Effect.acquireRelease(
    Effect.map(Queue.dropping<ClientEvent, Absence | Cause.Done>(eventsAhead), (inbox) => {
      this.some.openUnsafe()
      if (this.over === undefined) this.inboxes.add(inbox)
      else Queue.failCauseUnsafe(inbox, this.over)
      return inbox
    }),
    (inbox) => Effect.sync(() => this.inboxes.delete(inbox)),
  ).pipe(Effect.map((inbox) => Stream.fromPull(Effect.succeed(Effect.tap(Queue.takeAll(inbox), this.taken.release)))))
}

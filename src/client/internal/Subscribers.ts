import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { ClientEvent } from "../Event.ts"
import type { ConnectionFailure } from "../Reconnect.ts"

/** Events that wait for one subscriber; with one more it loses its place. */
const eventsAhead = 4096

/** Events that may wait for a subscriber when the next page is fetched. */
const roomyBelow = eventsAhead / 2
/** Time that a subscriber has to make room, before the others no longer wait for it. */
const patience = Duration.seconds(10)

type Inbox = Queue.Queue<ClientEvent, ConnectionFailure | Cause.Done>

/** The program's subscribers to events. None of them can hold up the others, nor the connection. */
export class Subscribers {
  // As many as the program has made, each until its scope closes.
  private readonly inboxes = new Set<Inbox>()
  private ended: Cause.Cause<ConnectionFailure | Cause.Done> | undefined

  /** Opened whenever a subscriber has taken events. */
  private readonly taken = Latch.makeUnsafe(false)
  /** Opened by the first subscriber. */
  private readonly first = Latch.makeUnsafe(false)

  /** Waits for the first subscriber. */
  readonly any: Effect.Effect<void> = this.first.await

  /** Waits until all have room for a page, but not for ever. */
  readonly room: Effect.Effect<void> = Effect.suspend(() => {
    const full = [...this.inboxes].some((inbox) => Queue.sizeUnsafe(inbox) > roomyBelow)
    return full ? Effect.andThen(this.taken.await, this.room) : Effect.void
  }).pipe(Effect.timeoutOption(patience), Effect.asVoid)

  emit(event: ClientEvent): void {
    for (const inbox of this.inboxes) {
      if (Queue.offerUnsafe(inbox, event)) continue
      this.inboxes.delete(inbox)
      Queue.failCauseUnsafe(inbox, Cause.fail(new Disconnect({ reason: "SlowConsumer" })))
    }
  }

  /** There will be no more events; `because` is undefined where nothing has failed. */
  end(because: ConnectionFailure | undefined): void {
    this.ended = Cause.fail(because ?? Cause.Done())
    for (const inbox of this.inboxes) Queue.failCauseUnsafe(inbox, this.ended)
    this.inboxes.clear()
  }

  /** The events from now on. */
  readonly subscribe: Effect.Effect<Stream.Stream<ClientEvent, ConnectionFailure>, never, Scope.Scope> =
    Effect.acquireRelease(
      Effect.map(Queue.dropping<ClientEvent, ConnectionFailure | Cause.Done>(eventsAhead), (inbox) => {
        this.first.openUnsafe()
        if (this.ended === undefined) this.inboxes.add(inbox)
        else Queue.failCauseUnsafe(inbox, this.ended)
        return inbox
      }),
      (inbox) => Effect.sync(() => this.inboxes.delete(inbox)),
    ).pipe(Effect.map((inbox) => Stream.fromPull(Effect.succeed(Effect.tap(Queue.takeAll(inbox), this.taken.release)))))
}

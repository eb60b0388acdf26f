import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Disconnect } from "../../protocol/Disconnect.ts"
import type { Event } from "../Connection.ts"
import type { Absence } from "../Reconnect.ts"

/** Events that wait for one consumer, before it loses its place. */
const eventsAhead = 4096

type Inbox = Queue.Queue<Event, Absence | Cause.Done>

/** Who hears of events. None of them can hold up the others, nor the connection. */
export class Subscribers {
  // As many as the program has consumers, each until its scope closes.
  private readonly inboxes = new Set<Inbox>()
  private over: Cause.Cause<Absence | Cause.Done> | undefined

  tell(event: Event): void {
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
  readonly subscribe: Effect.Effect<Stream.Stream<Event, Absence>, never, Scope.Scope> = Effect.acquireRelease(
    Effect.map(Queue.dropping<Event, Absence | Cause.Done>(eventsAhead), (inbox) => {
      if (this.over === undefined) this.inboxes.add(inbox)
      else Queue.failCauseUnsafe(inbox, this.over)
      return inbox
    }),
    (inbox) => Effect.sync(() => this.inboxes.delete(inbox)),
  ).pipe(Effect.map((inbox) => Stream.fromQueue(inbox)))
}

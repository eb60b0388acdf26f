/** Receives the events of a session, and has the entries fetched that are missing before them. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Seq } from "../../domain/Seq.ts"
import type { ClientEvent, Event } from "../Event.ts"
import type { ClientSession } from "../Session.ts"
import { catchUp } from "./catchUp.ts"
import { Heard } from "./Heard.ts"
import type { Outgoing } from "./Outgoing.ts"
import type { Position } from "./Position.ts"
import type { Positions } from "./Positions.ts"
import type { Subscribers } from "./Subscribers.ts"
import { unreadIn } from "./unread.ts"

/** Channels whose missing entries are fetched at the same time, but for those that do not answer within a second. */
const fetchedAtOnce = 4

interface Options {
  readonly session: ClientSession
  readonly positions: Positions
  readonly outgoing: Outgoing
  readonly subscribers: Subscribers
}

export interface Receiver {
  readonly receive: (event: Event) => void
  /** The read markers are known now. */
  readonly begin: (read: ReadonlyMap<string, Seq>) => void
  /** Which answers have come as events. */
  readonly heard: Heard
}

export const receiver = Effect.fnUntraced(function* ({
  outgoing,
  positions,
  session,
  subscribers,
}: Options): Effect.fn.Return<Receiver, never, Scope.Scope> {
  const start = yield* FiberSet.makeRuntime<never>()
  const heard = yield* Heard.make
  const fetching = new Set<Position>()
  const turn = Semaphore.makeUnsafe(fetchedAtOnce)
  const lending = <A, E>(waiting: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      let back = Effect.void
      const lend = Effect.sync(() => {
        back = Effect.asVoid(turn.take(1))
      }).pipe(Effect.andThen(turn.release(1)), Effect.delay("1 second"), Effect.andThen(Effect.never))
      return Effect.ensuring(
        Effect.raceFirst(waiting, lend),
        Effect.suspend(() => back),
      )
    })
  const emit = (events: ReadonlyArray<ClientEvent>): void => {
    for (const event of events) subscribers.emit(event)
  }
  const fetch = (position: Position): void => {
    const isHere = () => positions.has(position)
    if (!position.isBehind || !isHere() || fetching.has(position)) return
    fetching.add(position)
    start(
      turn
        .withPermits(1)(catchUp({ session, isHere, position, room: subscribers.room, lending, emit }))
        .pipe(
          Effect.ensuring(Effect.sync(() => fetching.delete(position))),
          // More may be missing by now.
          Effect.map(() => fetch(position)),
          Effect.ignore,
        ),
    )
  }
  const emitReady = ([events, position]: readonly [ReadonlyArray<ClientEvent>, Position?]): void => {
    emit(events)
    if (position !== undefined) fetch(position)
  }
  /** Others have brought the client in: where it goes on there, only its read marker says. */
  const findBeginning = (position: Position): void =>
    void start(
      Effect.ignore(
        Effect.map(unreadIn(session), (channels) => {
          const unread = channels.find(({ channel, unread }) => channel === position.name && unread > 0)
          emitReady([position.begin(unread?.read), position])
        }),
      ),
    )
  return {
    receive: (event) => {
      const ready = positions.receive(event)
      const position = event.type === "Renamed" ? positions.at(event.name) : ready[1]
      if ((event.type === "Joined" || event.type === "Renamed") && position !== undefined) {
        outgoing.bind(position, (name) => positions.at(name) === position)
      }
      emitReady(ready)
      if (event.type === "Joined" && position !== undefined && positions.waits(position)) findBeginning(position)
      if (event.type === "Joined" || event.type === "Left") heard.note(event.ref)
    },
    begin: (read) => positions.begin(read).forEach(emitReady),
    heard,
  }
})

import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Address, format } from "../../client/Address.ts"
import type { Credentials, Event } from "../../client/Connection.ts"
import type { Absence } from "../../client/Reconnect.ts"
import { Roster } from "../../client/Roster.ts"
import * as Tcp from "../../client/transport/Tcp.ts"
import type { Seq } from "../../domain/Seq.ts"
import { Disconnect } from "../../protocol/Disconnect.ts"
import { eventLines, here } from "./lineFormat.ts"
import type { Screen } from "./lineScreen.ts"
import type { Presence, Seat } from "./lineSeat.ts"

export interface Itinerary {
  readonly address: Address
  readonly credentials: Credentials
  readonly channel: string
  readonly json: boolean
  /** Messages to show before it ends; over all visits. */
  readonly count: number
  readonly screen: Screen
  readonly seat: Seat
}

/** Connects, joins and shows what happens. Succeeds when enough was shown, fails when the connection ends. */
export const visits = (itinerary: Itinerary) => {
  const { address, channel, credentials, json, screen, seat } = itinerary
  let remaining = itinerary.count
  let lastSeq: Seq | undefined

  /** The lines of these events, no further than to the last message that is wanted. */
  const linesOf = (events: ReadonlyArray<Event>, presence: Presence): ReadonlyArray<string> => {
    const lines: Array<string> = []
    for (const event of events) {
      if (remaining === 0) break
      // Told already.
      if (event.type === "Joined") continue
      const change = event.type === "Presence" ? presence.roster.apply(event) : undefined
      if (change !== undefined) presence.roster = change.roster
      lines.push(...(json ? [JSON.stringify(event)] : eventLines(event, change)))
      if (event.type !== "Message") continue
      remaining--
      lastSeq = event.seq
    }
    return lines
  }

  return Effect.fnUntraced(function* (arrived: Effect.Effect<void>): Effect.fn.Return<void, Absence, Scope.Scope> {
    const connection = yield* Tcp.connect(address)
    const { username } = yield* connection.signIn(credentials)
    const { ref: _, ...joined } = yield* connection.join(channel)
    yield* arrived

    const roster = Roster.of(joined)
    const presence: Presence = { connection, roster }
    yield* Effect.acquireRelease(
      Effect.sync(() => seat.take(presence)),
      () => Effect.sync(() => seat.leave(presence)),
    )
    if (json) yield* screen.print([JSON.stringify(joined)])
    const topic = joined.topic === "" ? "" : `; topic: ${joined.topic}`
    yield* screen.notice(`${username} is in ${channel} on ${format(address)}, ${here(roster)}${topic}`)

    const missed = lastSeq === undefined ? 0 : joined.seq - lastSeq
    if (missed > 0) yield* screen.notice(missed === 1 ? "a message was missed" : `${missed} messages were missed`)
    lastSeq = joined.seq

    yield* connection.events.pipe(
      Stream.chunks,
      Stream.tap((events) => screen.print(linesOf(events, presence))),
      Stream.tap((events) =>
        // Outside of the channel there is nothing to wait for: come in anew.
        events.some(({ type }) => type === "Left")
          ? Effect.fail(new Disconnect({ reason: "Internal", detail: `put out of ${channel} by the server` }))
          : Effect.void,
      ),
      Stream.takeUntil(() => remaining === 0),
      Stream.runDrain,
    )
  })
}

/** What happens in one channel, as lines on the screen. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Address, format } from "../../client/Address.ts"
import type { Client, ClientEvent } from "../../client/Client.ts"
import type { Absence } from "../../client/Reconnect.ts"
import { Roster } from "../../client/Roster.ts"
import type { Seq } from "../../domain/Seq.ts"
import { Disconnect } from "../../protocol/Disconnect.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import { eventLines, here } from "./lineFormat.ts"
import type { Screen } from "./lineScreen.ts"

export interface View {
  readonly address: Address
  readonly channel: string
  readonly screen: Screen
  readonly json: boolean
  /** Messages to show. */
  readonly count: number
  readonly reconnect: boolean
}

export interface Channel {
  /** Who is there, in a line. */
  readonly here: Effect.Effect<string>
  /** Shows what happens until enough was shown. */
  readonly show: Effect.Effect<void, Absence>
  /** Waits until this message is shown. */
  readonly shown: (seq: Seq) => Effect.Effect<void>
}

/** Before one who was put out comes in again. */
const pause = "1 second"

const missed = (count: number): string => (count === 1 ? "a message was missed" : `${count} messages were missed`)

/** Comes in. */
export const enter = Effect.fnUntraced(function* (
  client: Client,
  { address, channel, count, json, reconnect, screen }: View,
): Effect.fn.Return<Channel, Absence, Scope.Scope> {
  let remaining = count
  let roster: Roster | undefined
  let lastSeq: Seq | undefined
  let awaited: { readonly seq: Seq; readonly done: Deferred.Deferred<void> } | undefined

  /** Shows those that are no further than the last message that is wanted. */
  const showAll = Effect.fnUntraced(function* (
    events: ReadonlyArray<ClientEvent>,
    username: string,
  ): Effect.fn.Return<void, Absence> {
    let lines: Array<string> = []
    const flush = Effect.suspend(() => {
      const ready = lines
      lines = []
      return ready.length === 0 ? Effect.void : screen.print(ready)
    })
    const arrive = Effect.fnUntraced(function* (joined: ServerFrameOf<"Joined">) {
      roster = Roster.of(joined)
      const topic = joined.topic === "" ? "" : `; topic: ${joined.topic}`
      yield* screen.notice(`${username} is in ${channel} on ${format(address)}, ${here(roster)}${topic}`)
      const gap = lastSeq === undefined ? 0 : joined.seq - lastSeq
      if (gap > 0) yield* screen.notice(missed(gap))
      lastSeq = joined.seq
    })
    for (const event of events) {
      if (remaining === 0) break
      const { ref: _, ...plain } = event as ClientEvent & { readonly ref?: number }
      if (json) lines.push(JSON.stringify(plain))
      if (event.type === "Joined") {
        yield* flush
        yield* arrive(event)
        continue
      }
      if (event.type === "Message") {
        // One who does not read as fast as others speak.
        const gap = lastSeq === undefined ? 0 : event.seq - lastSeq - 1
        if (gap > 0) yield* Effect.andThen(flush, screen.notice(missed(gap)))
        lastSeq = event.seq
        remaining--
      }
      const change = event.type === "Presence" ? roster?.apply(event) : undefined
      roster = change?.roster ?? roster
      if (!json) lines.push(...eventLines(event, change))
    }
    yield* flush
    if (awaited !== undefined && lastSeq !== undefined && lastSeq >= awaited.seq) {
      Deferred.doneUnsafe(awaited.done, Exit.void)
    }
    if (events.some(({ type }) => type === "Left")) {
      if (!reconnect) {
        return yield* new Disconnect({ reason: "Internal", detail: `put out of ${channel} by the server` })
      }
      yield* Effect.delay(client.join(channel), pause)
    }
  })

  const follow = (events: Stream.Stream<ClientEvent, Absence>, username: string): Effect.Effect<void, Absence> =>
    events.pipe(
      Stream.chunks,
      Stream.tap((events) => showAll(events, username)),
      Stream.takeUntil(() => remaining === 0),
      Stream.runDrain,
    )

  /** As `follow`, and from now on again where the screen took too long. */
  const keepUp = (events: Stream.Stream<ClientEvent, Absence>, username: string): Effect.Effect<void, Absence> =>
    Effect.catch(follow(events, username), (absence) =>
      Effect.flatMap(client.state, ({ _tag }) =>
        absence.reason === "SlowConsumer" && _tag !== "Ended"
          ? Effect.scoped(Effect.flatMap(client.subscribe, (events) => keepUp(events, username)))
          : Effect.fail(absence),
      ),
    )

  const events = yield* client.subscribe
  const online = yield* client.states.pipe(
    Stream.filter((state) => state._tag === "Online"),
    Stream.runHead,
  )
  yield* client.join(channel)
  return {
    here: Effect.sync(() => (roster === undefined ? "nobody is known to be here" : here(roster))),
    show: keepUp(events, Option.match(online, { onNone: () => "", onSome: ({ username }) => username })),
    shown: (seq) =>
      Effect.suspend(() => {
        if (lastSeq !== undefined && lastSeq >= seq) return Effect.void
        awaited = { seq, done: Deferred.makeUnsafe() }
        return Deferred.await(awaited.done)
      }),
  }
})

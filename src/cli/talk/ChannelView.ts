/** Shows the events of one channel as lines on the screen. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Address, format } from "../../client/Address.ts"
import type { Client } from "../../client/Client.ts"
import { type ClientEvent, type Entry, isEntry } from "../../client/Event.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import { Roster } from "../../client/Roster.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { maxPage } from "../../domain/Limits.ts"
import type { Seq } from "../../domain/Seq.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import { isDirect, keyOf } from "../../domain/Direct.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { shownChannel, quotedName } from "../../domain/PlainName.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import { eventLines, here, missed } from "./eventLines.ts"
import { join } from "./join.ts"
import type { Screen } from "./screen.ts"

/** Which earlier messages are shown before the live ones. */
export type Backlog =
  /** Those after this `seq`. */
  | { readonly after: number }
  /** Those since this time, in milliseconds since 1970. */
  | { readonly since: number }
  /** The last so many messages. */
  | { readonly last: number }

export interface ViewOptions {
  readonly address: Address
  readonly channel: string
  readonly screen: Screen
  readonly json: boolean
  /** It ends after this many messages. */
  readonly count: number
  readonly reconnect: boolean
  readonly backlog?: Backlog | undefined
}

export interface ChannelView {
  /** Who is in the channel, in one line. */
  readonly here: Effect.Effect<string>
  /** Shows events until `count` messages were shown. */
  readonly show: Effect.Effect<void, ConnectionFailure>
  /** Waits until this message is shown. */
  readonly shown: (seq: Seq) => Effect.Effect<void>
}

/** Milliseconds in which others come back after a restart of the service: no client waits longer between two tries. */
const backWithin = 60_000

/** Before a client that was removed from the channel joins again. */
const pause = "1 second"

const same = (one: string, other: string): boolean =>
  one === other ||
  (isDirect(one as ChannelName) &&
    isDirect(other as ChannelName) &&
    keyOf(one as ChannelName) === keyOf(other as ChannelName))

/** The backlog of a channel, up to this `seq`. */
const entriesOf = (
  client: Client,
  channel: string,
  backlog: Backlog,
  seq: Seq,
): Stream.Stream<Entry, RequestError | ConnectionFailure> => {
  if (!("last" in backlog)) return Stream.takeWhile(client.entries(channel, backlog), (entry) => entry.seq <= seq)
  const { last } = backlog
  const backward = client.entries(channel, { before: seq + 1, limit: Math.min(last, maxPage) }).pipe(
    Stream.filter(({ type }) => type === "Message"),
    Stream.take(last),
  )
  return Stream.unwrap(Effect.map(Stream.runCollect(backward), (entries) => Stream.fromIterable(entries.toReversed())))
}

/** Joins the channel. */
export const enter = Effect.fnUntraced(function* (
  client: Client,
  { address, channel: given, count, json, backlog, reconnect, screen }: ViewOptions,
): Effect.fn.Return<ChannelView, ConnectionFailure, Scope.Scope> {
  // The present name of the channel, which may be renamed.
  let channel = given
  let remaining = count
  let roster: Roster | undefined
  const clock = yield* Clock.Clock
  /** Who was here before the connection was lost: that they come back is no news until then. */
  let awaited = { names: new Set<string>(), until: 0 }
  // The channel's own, under which it comes back.
  let id: string | undefined
  let lastSeq: Seq | undefined
  /** Whether the history is another one than before, so that the next entry follows none. */
  let anew = false
  let reached: { readonly seq: Seq; readonly done: Deferred.Deferred<void> } | undefined

  let lines: Array<string> = []
  const flush = Effect.suspend(() => {
    const ready = lines
    lines = []
    return ready.length === 0 ? Effect.void : screen.print(ready)
  })

  const line = (event: ClientEvent): void => {
    const { ref: _, ...plain } = event as ClientEvent & { readonly ref?: number }
    const change = event.type === "Presence" ? roster?.apply(event) : undefined
    roster = change?.roster ?? roster
    const isBack = (name: string) => Monotonic.millis(clock) < awaited.until && awaited.names.delete(name)
    const news = change && { ...change, joined: change.joined.filter((name) => !isBack(name)) }
    if (json) lines.push(JSON.stringify(plain))
    else lines.push(...eventLines(event, news))
    if (event.type === "Message") remaining--
  }

  const show = (entries: ReadonlyArray<ClientEvent>) =>
    Effect.sync(() => {
      for (const entry of entries) if (remaining > 0) line(entry)
    })

  const arrive = Effect.fnUntraced(function* (
    joined: ServerFrameOf<"Joined">,
    username: string,
  ): Effect.fn.Return<void, ConnectionFailure> {
    channel = joined.channel
    id = joined.id
    if (roster !== undefined) awaited = { names: new Set(roster.names), until: Monotonic.millis(clock) + backWithin }
    roster = Roster.of(joined)
    const topic = joined.topic === "" ? "" : `; topic: ${joined.topic}`
    yield* screen.notice(
      `${quotedName(username)} is in ${shownChannel(channel)} on ${format(address)}, ${here(roster)}${topic}`,
    )
    if (lastSeq !== undefined) return
    lastSeq = joined.seq
    if (backlog === undefined) return
    const before = Stream.chunks(entriesOf(client, channel, backlog, joined.seq))
    yield* before.pipe(
      Stream.takeUntil(() => remaining === 0),
      Stream.runForEach((entries) => Effect.andThen(show(entries), flush)),
      Effect.catchTag("RequestError", ({ message }) =>
        screen.notice(`what was said before is not to be had: ${message}`),
      ),
    )
  })

  /** Shows these events, but none after the last message that is to be shown. */
  const showAll = Effect.fnUntraced(function* (
    events: ReadonlyArray<ClientEvent>,
    username: string,
  ): Effect.fn.Return<void, ConnectionFailure> {
    for (const event of events) {
      if (remaining === 0) break
      if (isEntry(event)) {
        // Events were skipped, since they came faster than they could be shown.
        const gap = lastSeq === undefined || anew ? 0 : event.seq - lastSeq - 1
        anew = false
        if (gap > 0) yield* Effect.andThen(flush, screen.notice(missed(gap)))
        lastSeq = event.seq
      }
      line(event)
      switch (event.type) {
        case "Joined":
          yield* Effect.andThen(flush, arrive(event, username))
          break
        case "Renamed":
          channel = event.name
          break
        case "Missed":
          lastSeq = event.to
          break
        case "HistoryChanged":
          anew = true
          break
        case "Left":
        case "Message":
        case "Edited":
        case "Deleted":
        case "Reacted":
        case "ReadMarker":
        case "Presence":
        case "TopicChanged":
        case "UserTyping":
        case "ChannelChanged":
        case "RoleChanged":
        case "Kicked":
        case "Invited":
          break
        default:
          event satisfies never
      }
    }
    yield* flush
    if (reached !== undefined && lastSeq !== undefined && lastSeq >= reached.seq) {
      Deferred.doneUnsafe(reached.done, Exit.void)
    }
    const left = events.find((event) => event.type === "Left")
    if (left !== undefined) {
      if (left.because !== undefined) return yield* left.because
      if (!reconnect) {
        return yield* new Disconnect({
          reason: "Internal",
          detail: `put out of ${shownChannel(channel)} by the server`,
        })
      }
      yield* Effect.delay(join(client, channel, { id, reconnect, screen }), pause)
    }
  })

  const follow = (
    events: Stream.Stream<ClientEvent, ConnectionFailure>,
    username: string,
  ): Effect.Effect<void, ConnectionFailure> =>
    events.pipe(
      // The client may be in direct conversations, too, which others have started.
      Stream.filter((event) => same(event.channel, channel)),
      Stream.chunks,
      Stream.tap((events) => showAll(events, username)),
      Stream.takeUntil(() => remaining === 0),
      Stream.runDrain,
    )

  /** As `follow`; where the screen was too slow, it subscribes again and goes on from now. */
  const keepUp = (
    events: Stream.Stream<ClientEvent, ConnectionFailure>,
    username: string,
  ): Effect.Effect<void, ConnectionFailure> =>
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
  yield* join(client, channel, { reconnect, screen })
  return {
    here: Effect.sync(() => (roster === undefined ? "nobody is known to be here" : here(roster))),
    show: keepUp(events, Option.match(online, { onNone: () => "", onSome: ({ username }) => username })),
    shown: (seq) =>
      Effect.suspend(() => {
        if (lastSeq !== undefined && lastSeq >= seq) return Effect.void
        reached = { seq, done: Deferred.makeUnsafe() }
        return Deferred.await(reached.done)
      }),
  }
})

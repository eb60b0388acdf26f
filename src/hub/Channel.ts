/**
 * A channel: the data plane, one actor for each that is in use.
 *
 * It takes everything in its mailbox at once, gives each message its place, stores them together,
 * and when they are stored tells every member and then the senders. While one batch is being
 * stored the next gathers, so a slow disk makes batches larger and stalls only this channel.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import type * as Scope from "effect/Scope"
import * as Actor from "../actor/Actor.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { SessionId } from "../domain/SessionId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Topic } from "../domain/Topic.ts"
import type { User, UserId } from "../domain/User.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { Deleted, Edited, Reacted } from "../history/Entry.ts"
import { History, type HistoryError, type Page, type PageRange, type Reader } from "../history/History.ts"
import { RequestError } from "../protocol/RequestError.ts"
import { HistorySettings } from "../history/HistorySettings.ts"
import { HubSettings } from "./HubSettings.ts"
import { ChannelState } from "./internal/channelState.ts"
import { targetsOf, type Turn } from "./internal/turn.ts"
import type { Member } from "./Member.ts"
import type { Appearance } from "./Presence.ts"

/** What is done to a message. */
export type Change =
  | Pick<Edited, "type" | "content">
  | Pick<Deleted, "type">
  | Pick<Reacted, "type" | "reaction" | "on">

/** What a session asks of a channel. Answers reach the session through its outbox. */
export type Command =
  | {
      readonly type: "Join"
      readonly member: Member
      readonly appearance: Appearance
      readonly ref?: number | undefined
      readonly reply: Actor.Asks<void, RequestError>["reply"]
    }
  | { readonly type: "Leave"; readonly session: SessionId; readonly ref?: number | undefined }
  | {
      readonly type: "Publish"
      readonly session: SessionId
      readonly ref?: number | undefined
      readonly id?: MessageId | undefined
      readonly content: string
    }
  | {
      readonly type: "Change"
      readonly session: SessionId
      readonly ref?: number | undefined
      readonly id: MessageId
      readonly target: Seq
      readonly change: Change
    }
  | {
      readonly type: "Read"
      readonly user: User
      readonly seq: Seq
      readonly reply: Actor.Asks<void, RequestError>["reply"]
    }
  /** How far the members have been told. */
  | { readonly type: "Where"; readonly reply: Actor.Asks<Seq, RequestError>["reply"] }
  | {
      readonly type: "SetTopic"
      readonly by: User
      readonly topic: Topic
      readonly reply: Actor.Asks<void, RequestError>["reply"]
    }
  | { readonly type: "Typing"; readonly session: SessionId }
  | { readonly type: "SetAppearance"; readonly user: UserId; readonly appearance: Appearance }
  | { readonly type: "Settle"; readonly reply: Actor.Asks<void, never>["reply"] }
  | { readonly type: "Tick" }

/** The way to a channel. Commands are plain values; the channel may live elsewhere. */
export interface ChannelHandle {
  readonly name: ChannelName
  /** By which history knows it. */
  readonly id: ChannelId
  /** Enters the channel; the answer frame is in the outbox when this succeeds. */
  readonly join: (
    member: Member,
    appearance: Appearance,
    ref?: number,
  ) => Effect.Effect<void, RequestError | Actor.ActorUnavailable>
  readonly leave: (session: SessionId, ref?: number) => Effect.Effect<void, Actor.ActorUnavailable>
  /** Says something. A full mailbox makes this wait, and so slows the sender down. */
  readonly publish: (message: {
    readonly session: SessionId
    readonly ref?: number | undefined
    readonly id?: MessageId | undefined
    readonly content: string
  }) => Effect.Effect<void, Actor.ActorUnavailable>
  /** Does something to a message that was said. Waits as `publish` does. */
  readonly change: (request: {
    readonly session: SessionId
    readonly ref?: number | undefined
    readonly id: MessageId
    readonly target: Seq
    readonly change: Change
  }) => Effect.Effect<void, Actor.ActorUnavailable>
  /** Notes how far a user has read; the members are told. */
  readonly read: (user: User, seq: Seq) => Effect.Effect<void, RequestError | Actor.ActorUnavailable>
  /** Reads a page of what the members have been told. It is read beside the channel, which goes on meanwhile. */
  readonly page: (range: PageRange) => Effect.Effect<Page, RequestError | Actor.ActorUnavailable>
  readonly setTopic: (by: User, topic: Topic) => Effect.Effect<void, RequestError | Actor.ActorUnavailable>
  /** Dropped when the channel is busy: typing is worth no waiting. */
  readonly typing: (session: SessionId) => void
  readonly setAppearance: (user: UserId, appearance: Appearance) => Effect.Effect<void, Actor.ActorUnavailable>
  /** Done when whatever was asked before has been answered, into the outboxes. */
  readonly settled: Effect.Effect<void, Actor.ActorUnavailable>
  /** What a list of channels shows. */
  readonly summary: () => { readonly topic: Topic; readonly count: number }
}

export interface Channel extends ChannelHandle {
  /** Ends the channel; what it accepted is still handled. */
  readonly close: Effect.Effect<void>
  readonly stopped: Effect.Effect<void>
}

type CommandOf<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>

interface Options {
  readonly name: ChannelName
  readonly id: ChannelId
  /** Of a direct conversation between accounts, whose it is: it counts for them from the first message on. */
  readonly parties?: ReadonlyArray<UserId> | undefined
  /** Waited for before the state is loaded: the end of this channel's earlier run. */
  readonly after: Effect.Effect<void>
  /** Run when nobody has been in the channel for the idle time: from now on it lets nobody in. */
  readonly onIdle: Effect.Effect<void>
}

const unavailable = () => new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(1) })

/** Each user once, as far as it has read. */
const readersIn = (commands: ReadonlyArray<CommandOf<"Read">>): ReadonlyArray<Reader> => {
  const furthest = new Map<UserId, Seq>()
  for (const { seq, user } of commands) {
    if (seq >= (furthest.get(user.id) ?? 0)) furthest.set(user.id, seq)
  }
  return [...furthest].map(([user, read]) => ({ user, read }))
}

/** Starts a channel's actor; it ends with the scope. */
export const make = Effect.fnUntraced(function* (
  options: Options,
): Effect.fn.Return<Channel, never, Scope.Scope | History> {
  const { id, name, parties = [] } = options
  const history = yield* History
  const settings = yield* HubSettings
  const clock = yield* Clock.Clock
  const timer = yield* FiberHandle.make<void, Actor.ActorUnavailable>()
  const rememberIds = Duration.toMillis((yield* HistorySettings).rememberIds)
  const state = new ChannelState(name, settings, rememberIds)
  let timerAt = Number.POSITIVE_INFINITY

  /** One timer for everything that waits for time to pass; moved only to an earlier moment. */
  const schedule = (now: number): Effect.Effect<void> => {
    const at = state.nextAt(now)
    if (at >= timerAt) return Effect.void
    timerAt = at
    return Effect.asVoid(
      FiberHandle.run(
        timer,
        Effect.flatMap(Effect.sleep(Duration.millis(Math.max(0, at - now))), () => actor.tell({ type: "Tick" })),
      ),
    )
  }

  const failed = (what: string) => (error: HistoryError) => Effect.logError(`channel ${name} could not ${what}`, error)

  const load = Effect.suspend(() =>
    Effect.map(history.load(id, clock.currentTimeMillisUnsafe() - rememberIds), (loaded) =>
      state.load(loaded, clock.currentTimeMillisUnsafe()),
    ),
  )

  /** Where history cannot be read now, whoever comes is told so, and brings the next try. */
  const refresh = Effect.suspend(() =>
    state.stale ? Effect.ignore(Effect.tapError(load, failed("load"))) : Effect.void,
  )

  const start = Effect.suspend(() => {
    // After a crash, whatever was in hand may be stored; and the timer's tick may be among what was lost.
    state.stale = true
    timerAt = Number.POSITIVE_INFINITY
    return Effect.andThen(
      refresh,
      Effect.suspend(() => schedule(clock.currentTimeMillisUnsafe())),
    )
  })

  const apply = (commands: ReadonlyArray<Command>) =>
    Effect.suspend(() => {
      const now = clock.currentTimeMillisUnsafe()
      let retired = false
      for (const command of commands) {
        state.apply(command, now)
        if (command.type === "Tick") {
          timerAt = Number.POSITIVE_INFINITY
          retired = state.retire(now) || retired
        }
      }
      state.endTurn(now)
      return retired ? options.onIdle : schedule(now)
    })

  /** Counts for its parties from now on; done once. */
  let touched = parties.length === 0
  const touch = Effect.suspend(() =>
    touched ? Effect.void : Effect.map(history.touch(id, parties), () => void (touched = true)),
  )

  const storeTurn = ({ after, entries }: Turn): Effect.Effect<void, HistoryError> =>
    entries.length === 0
      ? Effect.void
      : Effect.andThen(touch, history.append(id, { after, entries, durability: settings.durability })).pipe(
          Effect.map((durability) => state.stored(durability)),
        )

  /** One of the ids was stored before and forgotten here: history knows which. */
  const again = (commands: ReadonlyArray<Command>, turn: Turn) => {
    const ids = turn.entries.flatMap(({ from, id }) => (id === undefined ? [] : { user: from.id, id }))
    return Effect.flatMap(history.known(id, ids), (known) =>
      storeTurn(state.assignAgain(commands, turn, known, clock.currentTimeMillisUnsafe())),
    )
  }

  /** Succeeds always: whoever's part could not be stored is told so when the batch is applied. */
  const store = (commands: ReadonlyArray<Command>) =>
    Effect.gen(function* () {
      if (state.stale) return state.notStored(commands, true)
      const seqs = targetsOf(commands)
      const targets = seqs.length === 0 ? [] : yield* history.messages(id, seqs)
      const turn = state.assign(commands, targets, clock.currentTimeMillisUnsafe())
      yield* Effect.catchIf(
        storeTurn(turn),
        ({ reason }) => reason === "Duplicate",
        () => again(commands, turn),
      )
    }).pipe(
      Effect.tapError(failed("store")),
      Effect.catch(({ reason }) => Effect.sync(() => state.notStored(commands, reason !== "Unavailable"))),
    )

  const mark = (commands: ReadonlyArray<CommandOf<"Read">>) =>
    history.mark(id, readersIn(commands)).pipe(
      Effect.tapError(failed("note who has read what")),
      Effect.match({
        onSuccess: (readers) => state.readBy(new Map(readers.map(({ read, user }) => [user, read]))),
        onFailure: () => state.readBy(undefined),
      }),
    )

  const receive = (commands: ReadonlyArray<Command>) => {
    state.begin()
    const reads = commands.filter((command) => command.type === "Read")
    const says = commands.some(({ type }) => type === "Publish" || type === "Change")
    if (!says && reads.length === 0 && !state.stale) return apply(commands)
    return refresh.pipe(
      Effect.andThen(says ? store(commands) : Effect.void),
      Effect.andThen(reads.length === 0 ? Effect.void : mark(reads)),
      Effect.andThen(apply(commands)),
    )
  }

  const actor: Actor.Actor<Command> = yield* Actor.make<Command>({
    name: `channel ${name}`,
    mailbox: settings.channelMailbox,
    start: Effect.andThen(options.after, start),
    receive,
    onCrash: (commands) => Effect.sync(() => state.crashed(commands, clock.currentTimeMillisUnsafe())),
    onEnd: (commands) => Effect.sync(() => state.ended(commands, clock.currentTimeMillisUnsafe())),
  })
  const { tell } = actor

  return {
    name,
    id,
    join: (member, appearance, ref) =>
      actor.ask<void, RequestError>(({ reply }) => ({ type: "Join", member, appearance, ref, reply })),
    leave: (session, ref) => tell({ type: "Leave", session, ref }),
    publish: (message) => tell({ type: "Publish", ...message }),
    change: (request) => tell({ type: "Change", ...request }),
    read: (user, seq) => actor.ask<void, RequestError>(({ reply }) => ({ type: "Read", user, seq, reply })),
    page: (range) =>
      Effect.flatMap(
        actor.ask<Seq, RequestError>(({ reply }) => ({ type: "Where", reply })),
        (upTo) =>
          history.page(id, { ...range, upTo }).pipe(Effect.tapError(failed("be read")), Effect.mapError(unavailable)),
      ),
    setTopic: (by, topic) => actor.ask<void, RequestError>(({ reply }) => ({ type: "SetTopic", by, topic, reply })),
    typing: (session) => void actor.tellUnsafe({ type: "Typing", session }),
    setAppearance: (user, appearance) => tell({ type: "SetAppearance", user, appearance }),
    settled: actor.ask<void, never>(({ reply }) => ({ type: "Settle", reply })),
    summary: () => state.summary(),
    close: actor.close,
    stopped: actor.stopped,
  }
})

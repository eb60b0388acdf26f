/**
 * A channel: the data plane, one actor for each that is in use.
 *
 * It takes everything in its mailbox at once, gives each message its place, stores them together,
 * and when they are stored tells every member and then the senders. While one batch is being
 * stored the next gathers, so a slow disk makes batches larger and stalls only this channel.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberHandle from "effect/FiberHandle"
import type * as Scope from "effect/Scope"
import * as Actor from "../actor/Actor.ts"
import { ChannelStore } from "../channels/ChannelStore.ts"
import type { ChannelStoreError } from "../channels/ChannelStoreError.ts"
import type { AuditEntry } from "../channels/ChannelRecord.ts"
import { type ChannelName, lobby } from "../domain/ChannelName.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { SessionId } from "../domain/SessionId.ts"
import type { Seq } from "../domain/Seq.ts"
import type { ServerFrame } from "../protocol/v2/ServerFrame.ts"
import type { Topic } from "../domain/Topic.ts"
import type { User, UserId } from "../domain/User.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import { History, type Page, type PageRange, type Reader } from "../history/History.ts"
import type { HistoryError } from "../history/HistoryError.ts"
import { RequestError } from "../domain/RequestError.ts"
import { HistorySettings } from "../history/HistorySettings.ts"
import type * as Administration from "./Administration.ts"
import type { Change, Command, CommandOf, Where } from "./ChannelCommand.ts"
import { HubSettings } from "./HubSettings.ts"
import * as administer from "./internal/administer.ts"
import * as bounded from "./internal/bounded.ts"
import type { Description } from "./internal/description.ts"
import { ChannelState } from "./internal/channelState.ts"
import * as Telling from "./internal/telling.ts"
import { targetsOf, type Turn } from "./internal/turn.ts"
import type { Member } from "./Member.ts"
import type { Appearance } from "./Presence.ts"

/** A message, as it is published. */
interface Said {
  readonly session: SessionId
  readonly ref?: number | undefined
  readonly id?: MessageId | undefined
  readonly content: string
}

/** The way to a channel. Commands are plain values; the channel may live elsewhere. */
export interface ChannelHandle {
  /** Its name now. */
  readonly name: ChannelName
  /**
   * Enters the channel; the answer frame is in the outbox when this succeeds with what history knows the channel by.
   * `called` is the name it was looked for by: it may have another by now, and is unavailable then.
   */
  readonly join: (
    member: Member,
    appearance: Appearance,
    ref?: number,
    called?: ChannelName,
  ) => Effect.Effect<ChannelId, RequestError | Actor.ActorUnavailable>
  readonly leave: (session: SessionId, ref?: number) => Effect.Effect<void, Actor.ActorUnavailable>
  /** Says something. A full mailbox makes this wait, and so slows the sender down. */
  readonly publish: (message: Said) => Effect.Effect<void, Actor.ActorUnavailable>
  /** Says something at once, where the mailbox has room; false where it has none, and nothing is said. */
  readonly say: (message: Said) => boolean
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
  readonly page: (by: User, range: PageRange) => Effect.Effect<Page, RequestError | Actor.ActorUnavailable>
  /** Does something with a right; done when it is stored and the members are told. One need not be in the channel. */
  readonly administer: (
    by: User,
    request: Administration.Request,
  ) => Effect.Effect<void, RequestError | Actor.ActorUnavailable>
  readonly describe: (by: User) => Effect.Effect<Description, RequestError | Actor.ActorUnavailable>
  /** The latest entries of the audit log before one of them, the latest first. */
  readonly audit: (
    by: User,
    page: { readonly before?: number | undefined; readonly limit: number },
  ) => Effect.Effect<ReadonlyArray<AuditEntry>, RequestError | Actor.ActorUnavailable>
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

/** What a channel asks of the hub. */
export interface Surroundings {
  /** Makes another name lead here, too; refused where it leads elsewhere. */
  readonly reserve: (name: ChannelName) => Effect.Effect<void, RequestError>
  /** From now on only the second name leads here. */
  readonly rename: (from: ChannelName, to: ChannelName) => Effect.Effect<void>
  /** A session is in it no more. */
  readonly left: (session: SessionId) => Effect.Effect<void>
  /** Tells all sessions of a user something. */
  readonly tell: (user: UserId, frame: ServerFrame) => Effect.Effect<void>
}

interface Options {
  /** What it is called when it starts. */
  readonly name: ChannelName
  readonly hub: Surroundings
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
): Effect.fn.Return<Channel, never, Scope.Scope | History | ChannelStore> {
  const { hub, name, parties = [] } = options
  const history = yield* History
  const store = yield* ChannelStore
  const settings = yield* HubSettings
  const clock = yield* Clock.Clock
  const timer = yield* FiberHandle.make<void, Actor.ActorUnavailable>()
  const rememberIds = Duration.toMillis((yield* HistorySettings).rememberIds)
  const state = new ChannelState(name, settings, rememberIds)
  const telling = Telling.make(state, clock)
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

  const { administer: perform, begin, load: loadRecord } = administer.make({ state, store, hub, clock })

  const failed = (what: string) => (error: HistoryError | ChannelStoreError) =>
    Effect.logError(`channel ${name} could not ${what}`, error)

  const load = Effect.andThen(
    loadRecord,
    Effect.suspend(() =>
      Effect.map(history.load(state.id, clock.currentTimeMillisUnsafe() - rememberIds), (loaded) =>
        state.load(loaded, clock.currentTimeMillisUnsafe()),
      ),
    ),
  )

  /** Once for all that came together: it may take its time to fail. */
  let tried = false
  /** Where history cannot be read now, whoever comes is told so, and brings the next try. */
  const refresh = Effect.suspend(() => {
    if (!state.stale || tried) return Effect.void
    tried = true
    return Effect.ignore(Effect.tapError(load, failed("load")))
  })

  const start = Effect.suspend(() => {
    // After a crash, whatever was in hand may be stored; and the timer's tick may be among what was lost.
    state.stale = true
    tried = false
    timerAt = Number.POSITIVE_INFINITY
    return Effect.andThen(
      refresh,
      Effect.suspend(() => schedule(clock.currentTimeMillisUnsafe())),
    )
  })

  const apply = (commands: ReadonlyArray<Command>) =>
    Effect.sync(() => {
      const now = clock.currentTimeMillisUnsafe()
      for (const command of commands) {
        state.apply(command, now)
        if (command.type === "Tick") {
          timerAt = Number.POSITIVE_INFINITY
          retired = state.retire(now) || retired
        }
      }
    })

  /** Lets in nobody any more. */
  let retired = false
  const endTurn = (more: () => boolean) =>
    Effect.suspend(() => {
      const now = clock.currentTimeMillisUnsafe()
      telling.endTurn(now, more())
      if (!retired) return schedule(now)
      retired = false
      return options.onIdle
    })

  /** Counts for its parties from now on; done once. */
  let touched = parties.length === 0
  const touch = Effect.suspend(() =>
    touched ? Effect.void : Effect.map(history.touch(state.id, parties), () => void (touched = true)),
  )

  const storeTurn = ({ after, entries }: Turn): Effect.Effect<void, HistoryError> =>
    entries.length === 0
      ? Effect.void
      : Effect.map(
          telling.during(
            entries.length,
            Effect.andThen(touch, history.append(state.id, { after, entries, durability: state.wanted })),
          ),
          (durability) => state.stored(durability),
        )

  /** One of the ids was stored before and forgotten here: history knows which. */
  const again = (commands: ReadonlyArray<Command>, turn: Turn) => {
    const ids = turn.entries.flatMap(({ from, id }) => (id === undefined ? [] : { user: from.id, id }))
    return Effect.flatMap(history.known(state.id, ids), (known) =>
      storeTurn(state.assignAgain(commands, turn, known, clock.currentTimeMillisUnsafe())),
    )
  }

  /** Succeeds always: whoever's part could not be stored is told so when the batch is applied. */
  const storeBatch = (commands: ReadonlyArray<Command>) =>
    Effect.gen(function* () {
      if (state.stale) return state.notStored(commands, true)
      const seqs = targetsOf(commands)
      const targets = seqs.length === 0 ? [] : yield* history.messages(state.id, seqs)
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
    history.mark(state.id, readersIn(commands)).pipe(
      Effect.tapError(failed("note who has read what")),
      Effect.match({
        onSuccess: (readers) => state.readBy(new Map(readers.map(({ read, user }) => [user, read]))),
        onFailure: () => state.readBy(undefined),
      }),
    )

  /** Commands that are handled together. */
  const handle = (commands: ReadonlyArray<Command>): Effect.Effect<void> => {
    const now = clock.currentTimeMillisUnsafe()
    const reads: Array<CommandOf<"Read">> = []
    let says = false
    for (const command of commands) {
      if (command.type === "Publish" || command.type === "Change") says = true
      else if (command.type === "Read" && state.marks(command, now)) reads.push(command)
    }
    if (!says && reads.length === 0 && !state.stale) return apply(commands)
    return refresh.pipe(
      Effect.andThen(says ? storeBatch(commands) : Effect.void),
      Effect.andThen(reads.length === 0 ? Effect.void : mark(reads)),
      Effect.andThen(apply(commands)),
    )
  }

  /** One command by itself, where it may change what the channel is. */
  const handleAlone = (command: Command): Effect.Effect<void> =>
    Effect.suspend(() => {
      state.beginPart()
      if (command.type === "Administer") {
        return refresh.pipe(Effect.andThen(perform(command)), Effect.andThen(apply([command])))
      }
      if (command.type !== "Join" || !(settings.createOnJoin || name === lobby)) return handle([command])
      const made = Effect.suspend(() =>
        state.stale || state.exists
          ? handle([command])
          : begin(command.member.user).pipe(
              Effect.catch((error) => Effect.sync(() => void Deferred.doneUnsafe(command.reply, Exit.fail(error)))),
              Effect.andThen(handle([command])),
            ),
      )
      return Effect.andThen(refresh, made)
    })

  const receive = (commands: ReadonlyArray<Command>, more: () => boolean) =>
    Effect.suspend(() => {
      // Anything else may take its time before there is something to store.
      if (state.stale || commands.some(({ type }) => type !== "Publish")) state.fanOut.release()
      state.begin()
      tried = false
      const apart = state.stale || !state.exists || commands.some(({ type }) => type === "Administer")
      return Effect.andThen(
        apart ? Effect.forEach(commands, handleAlone, { discard: true }) : handle(commands),
        endTurn(more),
      )
    })

  const actor: Actor.Actor<Command> = yield* Actor.make<Command>({
    name: `channel ${name}`,
    mailbox: settings.channelMailbox,
    start: Effect.andThen(options.after, start),
    receive,
    onCrash: (commands) => Effect.sync(() => state.crashed(commands, clock.currentTimeMillisUnsafe())),
    onEnd: (commands) => Effect.sync(() => state.ended(commands, clock.currentTimeMillisUnsafe())),
  })
  const { tell } = actor
  const where = (by: User, action: "read" | "audit") =>
    actor.ask<Where, RequestError>(({ reply }) => ({ type: "Where", by, action, reply }))

  return {
    get name() {
      return state.name
    },
    join: (member, appearance, ref, called = state.name) =>
      actor.ask<ChannelId, RequestError>(({ reply }) => ({ type: "Join", member, appearance, called, ref, reply })),
    leave: (session, ref) => tell({ type: "Leave", session, ref }),
    publish: (message) => tell({ type: "Publish", ...message }),
    say: (message) => actor.tellUnsafe({ type: "Publish", ...message }),
    change: (request) => tell({ type: "Change", ...request }),
    read: (user, seq) => actor.ask<void, RequestError>(({ reply }) => ({ type: "Read", user, seq, reply })),
    page: (by, range) =>
      Effect.flatMap(where(by, "read"), ({ id, seq }) =>
        history.page(id, { ...range, upTo: seq }).pipe(
          Effect.map((page) => bounded.page(page, range)),
          Effect.tapError(failed("be read")),
          Effect.mapError(unavailable),
        ),
      ),
    administer: (by, request) =>
      actor.ask<void, RequestError>(({ reply }) => ({ type: "Administer", by, request, reply })),
    describe: (by) => actor.ask<Description, RequestError>(({ reply }) => ({ type: "Describe", by, reply })),
    audit: (by, page) =>
      Effect.flatMap(where(by, "audit"), ({ id }) =>
        store.audit(id, page).pipe(Effect.tapError(failed("be audited")), Effect.mapError(unavailable)),
      ),
    typing: (session) => void actor.tellUnsafe({ type: "Typing", session }),
    setAppearance: (user, appearance) => tell({ type: "SetAppearance", user, appearance }),
    settled: actor.ask<void, never>(({ reply }) => ({ type: "Settle", reply })),
    summary: () => state.summary(),
    close: actor.close,
    stopped: actor.stopped,
  }
})

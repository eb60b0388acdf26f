/**
 * A channel: the data plane, one actor for each that is in use.
 *
 * It takes everything in its mailbox at once, gives each message its place, stores them together,
 * and when they are stored hands out what happened, and the answers, as values. While one batch is
 * being stored the next gathers, so a slow disk makes batches larger and stalls only this channel.
 * It knows users and sessions, and nothing of how they are told: that is the audience's affair.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberHandle from "effect/FiberHandle"
import type * as Scope from "effect/Scope"
import * as Actor from "../../actor/Actor.ts"
import { ChannelStore } from "../../channels/ChannelStore.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Durability } from "../../domain/Durability.ts"
import type { Message } from "../../domain/Entry.ts"
import type { Fence } from "../../domain/Fence.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { Topic } from "../../domain/Topic.ts"
import type { UserId } from "../../domain/User.ts"
import { History } from "../../history/History.ts"
import type { HistoryError } from "../../history/HistoryError.ts"
import { HistorySettings } from "../../history/HistorySettings.ts"
import type { Batch } from "../../history/HistoryShape.ts"
import { Stamps } from "../../history/Stamps.ts"
import { Meters } from "../../observability/Meters.ts"
import { HubSettings } from "../HubSettings.ts"
import type { ChannelCommand, ChannelCommandOf, ChannelTurn } from "./ChannelCommand.ts"
import type { ChannelDirectory } from "./ChannelDirectory.ts"
import * as administer from "./internal/administer.ts"
import { ChannelState } from "./internal/ChannelState.ts"
import type { Mail } from "./internal/Mail.ts"
import { readersIn } from "./internal/readMarkers.ts"
import * as appending from "./internal/appending.ts"
import * as ownership from "./internal/ownership.ts"
import * as storeTroubles from "./internal/storeTroubles.ts"
import { isPost, targetsOf, type Turn } from "./internal/turn.ts"
import { TurnTimes } from "./internal/turnTimes.ts"

export interface Channel {
  /** Its name now. */
  readonly name: ChannelName
  /** Leaves a command. False where the mailbox is full, or closed. */
  readonly tellUnsafe: (command: ChannelCommand) => boolean
  /** Leaves a command, waiting for room: a full mailbox slows its senders down. */
  readonly tell: (command: ChannelCommand) => Effect.Effect<void, Actor.ActorUnavailable>
  /** Commands in the mailbox. */
  readonly waiting: () => number
  /** What a list of channels shows. */
  readonly summary: () => { readonly topic: Topic; readonly count: number }
  /** Ends the channel; what it accepted is still handled. */
  readonly close: Effect.Effect<void>
  readonly stopped: Effect.Effect<void>
}

interface Options {
  /** What it is called when it starts. */
  readonly name: ChannelName
  readonly directory: ChannelDirectory
  /** Gets what happened in each turn, right when it may be told. Must not throw. */
  readonly emit: (turn: ChannelTurn) => void
  /** Of a direct conversation between accounts, whose it is: it counts for them from the first message on. */
  readonly parties?: ReadonlyArray<UserId> | undefined
  /** Waited for before the state is loaded: the end of this channel's earlier run. */
  readonly after: Effect.Effect<void>
  /** Run when nobody has been in the channel for the idle time: from now on it lets nobody in. */
  readonly onIdle: Effect.Effect<void>
  /** By which claim this node has the channel, where there are others. */
  readonly fence?: Fence | undefined
  /** Asks whether it still has it: before something is answered from what it knows, which may be old by then. */
  readonly isOwner?: Effect.Effect<boolean, HistoryError> | undefined
  /** Run when another node turns out to have it by now: the channel ends, and whatever was asked of it is `Gone`. */
  readonly onFenced?: Effect.Effect<void> | undefined
}

const nothing: ReadonlyArray<Mail> = []

/** What ends the actor where another node has the channel. */
type Ending = Effect.Effect<void, Cause.Done>

/** Starts a channel's actor; it ends with the scope. */
export const make = Effect.fnUntraced(function* (
  options: Options,
): Effect.fn.Return<Channel, never, Scope.Scope | History | ChannelStore | Stamps> {
  const { directory, emit, fence, name, parties = [] } = options
  const history = yield* History
  const channels = yield* ChannelStore
  const settings = yield* HubSettings
  const meter = yield* Meters
  const clock = yield* Clock.Clock
  const timer = yield* FiberHandle.make<void, Actor.ActorUnavailable>()
  const rememberIds = Duration.toMillis((yield* HistorySettings).rememberIds)
  const stamps = yield* Stamps
  const state = new ChannelState(name, settings, stamps, rememberIds)
  let timerAt = Number.POSITIVE_INFINITY

  /** One timer for everything that waits for time to pass; moved only to an earlier moment. */
  const schedule = (now: number): Effect.Effect<void> | undefined => {
    const at = state.nextAt(now)
    if (at >= timerAt) return undefined
    timerAt = at
    return Effect.asVoid(
      FiberHandle.run(
        timer,
        Effect.flatMap(Effect.sleep(Duration.millis(Math.max(0, at - now))), () => actor.tell({ type: "Tick" })),
      ),
    )
  }

  const record = administer.make({ state, settings, channels, history, directory, clock, fence })
  /** Ends the actor, which answers what is in hand. */
  const fenced = Effect.logInfo(`another node has the channel ${name} by now`).pipe(
    Effect.andThen(options.onFenced ?? Effect.void),
    Effect.andThen(Effect.fail(Cause.Done())),
  )

  const { failed, over } = storeTroubles.make(name, state, clock)
  const confirm = ownership.make({ isOwner: options.isOwner, fenced })
  /** Where that cannot be asked, history is loaded anew before anything is answered. */
  const confirmed = confirm((error) => Effect.map(failed("ask who has it")(error), () => void (state.stale = true)))
  const taking = new TurnTimes(clock)

  const stored = (durability: Durability): Effect.Effect<void> =>
    Effect.suspend(() => {
      state.stored(durability)
      taking.stored()
      return over
    })

  /** Hands out what there is to tell, with how much more waits to be handled. */
  const emitTurn = (waiting: number, now: number): void => {
    const turn = state.take(waiting, now, directory.isConnected)
    if (turn !== undefined) emit(taking.timed(turn))
  }

  const load = Effect.andThen(
    record.load,
    Effect.suspend(() =>
      Effect.map(history.load(state.id, stamps.before(rememberIds, Monotonic.millis(clock)), fence), (loaded) =>
        state.load(loaded, Monotonic.millis(clock)),
      ),
    ),
  )

  /** Once for all that came together: it may take its time to fail. */
  let tried = false
  /** Where history cannot be read now, whoever comes is told so, and brings the next try. */
  const refresh = Effect.suspend(() => {
    if (!state.stale || tried) return Effect.void
    tried = true
    return Effect.catch(load, (error) => (error.reason === "Fenced" ? fenced : failed("load")(error)))
  })

  const start = Effect.suspend(() => {
    // After a crash, whatever was in hand may be stored; and the timer's tick may be among what was lost.
    state.stale = true
    tried = false
    timerAt = Number.POSITIVE_INFINITY
    return Effect.andThen(
      refresh,
      Effect.suspend(() => {
        const now = Monotonic.millis(clock)
        emitTurn(0, now)
        return schedule(now) ?? Effect.void
      }),
    )
  })

  /** What was taken from the mailbox, and how many of it are answered. */
  let inHand = nothing
  let handled = 0
  /** Lets in nobody any more. */
  let retired = false

  const apply = (commands: ReadonlyArray<Mail>, now: number): void => {
    for (let n = 0; n < commands.length; n++) {
      const command = commands[n]!
      state.apply(command, n, now)
      if (command.type === "Tick") {
        timerAt = Number.POSITIVE_INFINITY
        retired = state.retire(now) || retired
      }
    }
  }

  const endTurn = (waiting: () => number, now: number): Ending | undefined => {
    inHand = nothing
    emitTurn(waiting(), now)
    if (!retired) return schedule(now)
    retired = false
    if (!state.access.isUnused) return options.onIdle
    return Effect.flatMap(record.removeUnused, () => (record.fenced ? fenced : options.onIdle))
  }

  const { append, atOnce } = appending.make({ state, history, parties, use: record.use })

  /** Nothing is lost for those who sent it: they are told that it has no place. */
  const notStored = (commands: ReadonlyArray<Mail>, error: HistoryError): Ending =>
    error.reason === "Fenced"
      ? fenced
      : Effect.map(failed("store")(error), () =>
          state.notStored(commands, error.reason !== "Unavailable", error.trouble),
        )

  /** Stores what has its place. Undefined where that is nothing, or is done already. */
  const storeTurn = (
    commands: ReadonlyArray<Mail>,
    { after, entries }: Turn,
    onDuplicate: (error: HistoryError) => Ending,
  ): Ending | undefined => {
    // What is refused is refused by what is known here.
    if (entries.length === 0) return confirm((error) => notStored(commands, error))
    const batch: Batch = { after, entries, durability: state.wanted, fence }
    const appended = atOnce(batch)
    if (appended !== undefined && Exit.isSuccess(appended)) {
      state.stored(appended.value)
      taking.stored()
      return undefined
    }
    return Effect.matchEffect(appended ?? append(batch), {
      onSuccess: stored,
      onFailure: (error) => (error.reason === "Duplicate" ? onDuplicate(error) : notStored(commands, error)),
    })
  }

  /** One of the ids was stored before and forgotten here: history knows which. */
  const storeAgain = (commands: ReadonlyArray<Mail>, turn: Turn): Ending => {
    const ids = turn.entries.flatMap(({ from, id }) => (id === undefined ? [] : { user: from.id, id }))
    return Effect.matchEffect(history.known(state.id, ids), {
      onSuccess: (known) => {
        const again = state.assignAgain(commands, turn, known, Monotonic.millis(clock))
        return storeTurn(commands, again, (error) => notStored(commands, error)) ?? Effect.void
      },
      onFailure: (error) => notStored(commands, error),
    })
  }

  /**
   * Succeeds always: whoever's part could not be stored is told so when the batch is applied. Undefined where there is
   * nothing to store.
   */
  const storeBatch = (commands: ReadonlyArray<Mail>, now: number): Ending | undefined => {
    if (state.stale) {
      state.notStored(commands, true, state.trouble)
      return undefined
    }
    const storeAssigned = (targets: ReadonlyArray<Message>, now: number) => {
      const turn = state.assign(commands, targets, now)
      return storeTurn(commands, turn, () => storeAgain(commands, turn))
    }
    const seqs = targetsOf(commands)
    if (seqs.length === 0) return storeAssigned([], now)
    return Effect.matchEffect(history.messages(state.id, seqs), {
      onSuccess: (targets) => storeAssigned(targets, Monotonic.millis(clock)) ?? Effect.void,
      onFailure: (error) => notStored(commands, error),
    })
  }

  const mark = (commands: ReadonlyArray<ChannelCommandOf<"Read">>) =>
    history.mark(state.id, readersIn(commands)).pipe(
      Effect.tapError(failed("note who has read what")),
      Effect.match({
        onSuccess: (readers) => state.readBy(new Map(readers.map(({ read, user }) => [user, read]))),
        onFailure: () => state.readBy(undefined),
      }),
    )

  /**
   * What commands that are handled together have to wait for before they are applied. Undefined where that is nothing.
   */
  const prepare = (commands: ReadonlyArray<Mail>, now: number): Ending | undefined => {
    let reads: Array<ChannelCommandOf<"Read">> | undefined
    let posts = false
    for (const command of commands) {
      if (isPost(command)) posts = true
      else if (command.type === "Read" && state.marks(command, now)) (reads ??= []).push(command)
    }
    if (reads === undefined && !state.stale) return posts ? storeBatch(commands, now) : undefined
    return refresh.pipe(
      Effect.andThen(Effect.suspend(() => (posts ? (storeBatch(commands, now) ?? Effect.void) : Effect.void))),
      Effect.andThen(reads === undefined ? Effect.void : mark(reads)),
    )
  }

  /** One command by itself, where it may change what the channel is. */
  const handleAlone = (command: Mail): Ending =>
    Effect.suspend(() => {
      state.beginPart()
      const applied = () => apply([command], Monotonic.millis(clock))
      const alone = () => {
        const prepared = prepare([command], Monotonic.millis(clock))
        return prepared === undefined ? Effect.sync(applied) : Effect.map(prepared, applied)
      }
      // It may have got this name since it was loaded.
      if (command.type === "Resume" && command.id !== undefined && command.id !== state.id) state.stale = true
      // Whatever is wanted of what was removed is asked again of what has its name then.
      if (state.isRemoved && (command.type === "Administer" || command.type === "Join")) {
        state.answer(command.request, { type: "Gone" })
        return Effect.sync(() => state.passOver())
      }
      if (command.type === "Administer") {
        return refresh.pipe(
          Effect.andThen(record.administer(command)),
          Effect.flatMap((outcome) => {
            if (record.fenced) return fenced
            state.answer(command.request, outcome)
            // It was removed.
            retired ||= state.isRemoved
            return Effect.sync(applied)
          }),
        )
      }
      // Who comes back to a channel means that one, and no new one of its name.
      const makes = command.type === "Join" && command.id === undefined && settings.createOnJoin
      if (!makes) return alone()
      const made = Effect.suspend(() =>
        state.stale || state.exists
          ? alone()
          : Effect.matchEffect(record.create(command.by), {
              onFailure: (error) => {
                if (record.fenced) return fenced
                state.answer(command.request, { type: "Refused", error })
                return Effect.sync(() => state.passOver())
              },
              onSuccess: alone,
            }),
      )
      return Effect.andThen(refresh, made)
    })

  const receive = (commands: ReadonlyArray<Mail>, waiting: () => number): Ending | undefined => {
    inHand = commands
    handled = 0
    state.begin()
    taking.begin(meter.tracer !== undefined)
    tried = false
    // To load shows it as well.
    if (confirmed === undefined || state.stale || !commands.some(ownership.isAnsweredByWhatIsKnown)) {
      return handle(commands, waiting)
    }
    return Effect.flatMap(confirmed, () => handle(commands, waiting) ?? Effect.void)
  }

  const handle = (commands: ReadonlyArray<Mail>, waiting: () => number): Ending | undefined => {
    const now = Monotonic.millis(clock)
    const apart =
      state.stale || !state.exists || commands.some(({ type }) => type === "Administer" || type === "Resume")
    if (apart) {
      return Effect.flatMap(
        Effect.forEach(commands, (command) => Effect.map(handleAlone(command), () => handled++), { discard: true }),
        () => endTurn(waiting, Monotonic.millis(clock)) ?? Effect.void,
      )
    }
    const finish = (now: number) => {
      apply(commands, now)
      return endTurn(waiting, now)
    }
    const prepared = prepare(commands, now)
    if (prepared === undefined) return finish(now)
    return Effect.flatMap(prepared, () => finish(Monotonic.millis(clock)) ?? Effect.void)
  }

  const actor: Actor.Actor<Mail> = yield* Actor.make<Mail>({
    name: `channel ${name}`,
    mailbox: settings.channelMailbox,
    start: Effect.andThen(options.after, start),
    receive,
    onCrash: (commands) =>
      Effect.sync(() => {
        const now = Monotonic.millis(clock)
        state.crashed(commands, now)
        inHand = nothing
        emitTurn(0, now)
      }),
    onEnd: (commands) =>
      Effect.sync(() => {
        const now = Monotonic.millis(clock)
        state.ended([...inHand.slice(handled), ...commands], now)
        emitTurn(0, now)
      }),
  })

  return {
    get name() {
      return state.name
    },
    tellUnsafe: actor.tellUnsafe,
    tell: actor.tell,
    waiting: actor.waiting,
    summary: () => state.summary(),
    close: actor.close,
    stopped: actor.stopped,
  }
})

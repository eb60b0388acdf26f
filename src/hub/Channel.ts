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
import type { Topic } from "../domain/Topic.ts"
import type { User, UserId } from "../domain/User.ts"
import { History, type HistoryError, type StoredMessage } from "../history/History.ts"
import type { RequestError } from "../protocol/RequestError.ts"
import { HubSettings } from "./HubSettings.ts"
import type { Heard } from "./internal/backlog.ts"
import { ChannelState } from "./internal/channelState.ts"
import type { Member } from "./Member.ts"
import type { Appearance } from "./Presence.ts"

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

interface Options {
  readonly name: ChannelName
  /** Waited for before the state is loaded: the end of this channel's earlier run. */
  readonly after: Effect.Effect<void>
  /** Run when nobody has been in the channel for the idle time: from now on it lets nobody in. */
  readonly onIdle: Effect.Effect<void>
  /** Kept where users are told what was said while they were not there: up to where they were told already. */
  readonly heard?: Heard | undefined
}

/** Starts a channel's actor; it ends with the scope. */
export const make = Effect.fnUntraced(function* (
  options: Options,
): Effect.fn.Return<Channel, never, Scope.Scope | History> {
  const { name } = options
  const history = yield* History
  const settings = yield* HubSettings
  const clock = yield* Clock.Clock
  const timer = yield* FiberHandle.make<void, Actor.ActorUnavailable>()
  const state = new ChannelState(name, settings, options.heard)
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

  const start = Effect.flatMap(history.load(name), (record) => {
    const now = clock.currentTimeMillisUnsafe()
    state.load(record, now)
    // After a crash the timer's tick may be among what was lost.
    timerAt = Number.POSITIVE_INFINITY
    return schedule(now)
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

  const notStored = (undo: () => void) => (error: HistoryError) =>
    Effect.andThen(Effect.logError(`channel ${name} could not store`, error), Effect.sync(undo))

  /** Succeeds always: whoever's part could not be stored is told so when the batch is applied. */
  const store = (messages: ReadonlyArray<StoredMessage>, topic: Topic | undefined) =>
    Effect.andThen(
      messages.length === 0
        ? Effect.void
        : history.append(name, messages).pipe(
            Effect.map((durability) => state.stored(durability)),
            Effect.catch(notStored(() => state.notStored())),
          ),
      topic === undefined
        ? Effect.void
        : Effect.catch(
            history.setTopic(name, topic),
            notStored(() => state.topicNotStored()),
          ),
    )

  const receive = (commands: ReadonlyArray<Command>) => {
    const messages = state.assign(commands, clock.currentTimeMillisUnsafe())
    const topic = commands.findLast((command) => command.type === "SetTopic")?.topic
    if (messages.length === 0 && topic === undefined) return apply(commands)
    return Effect.andThen(store(messages, topic), apply(commands))
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
    join: (member, appearance, ref) =>
      actor.ask<void, RequestError>(({ reply }) => ({ type: "Join", member, appearance, ref, reply })),
    leave: (session, ref) => tell({ type: "Leave", session, ref }),
    publish: ({ content, id, ref, session }) => tell({ type: "Publish", session, ref, id, content }),
    setTopic: (by, topic) => actor.ask<void, RequestError>(({ reply }) => ({ type: "SetTopic", by, topic, reply })),
    typing: (session) => void actor.tellUnsafe({ type: "Typing", session }),
    setAppearance: (user, appearance) => tell({ type: "SetAppearance", user, appearance }),
    settled: actor.ask<void, never>(({ reply }) => ({ type: "Settle", reply })),
    summary: () => state.summary(),
    close: actor.close,
    stopped: actor.stopped,
  }
})

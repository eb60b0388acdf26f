/** A session inside the program that embeds the hub: what happens comes as values, and no connection is needed. */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Caller } from "../chat/Caller.ts"
import type { ChatShape } from "../chat/Chat.ts"
import type { ErrorOf, RequestErrorOf } from "../chat/Operation.ts"
import * as operations from "../chat/operations.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Welcome } from "../domain/ChannelEvent.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { SessionId } from "../domain/SessionId.ts"
import { Memberships } from "../hub/audience/Memberships.ts"
import { Outbox } from "../hub/audience/Outbox.ts"
import * as render from "../protocol/v2/render.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import { type Actions, actionsOf, type Call } from "./Actions.ts"
import type { ChannelEntry, EntriesError, Gap, SessionEnded } from "./ChannelEntry.ts"
import { entries } from "./internal/entries.ts"
import { entriesOnly, eventsAndEntries, noticeOf, type Notices, sizeOf } from "./internal/notices.ts"
import { onlyUnavailable, request } from "./internal/request.ts"
import { idOf, type Tail } from "./internal/Tail.ts"

export interface LocalSession extends Actions<SessionEnded> {
  /**
   * Enters a channel; succeeds with the channel as it stands. A session has to be in a channel to publish there, change
   * messages, `read`, `typing` and `setTopic`, and for nothing else; a user without a session (`Hub.as`) does not have to be.
   */
  readonly join: (channel: string) => Call<"join", ServerFrameOf<"Joined">, SessionEnded>
  /** Leaves a channel; nothing of it is told behind this. */
  readonly leave: (channel: string) => Call<"leave", void, SessionEnded>
  /**
   * The others are told that the user is typing, at most once in `HubSettings.typingInterval`. Left out where the channel
   * is busy.
   */
  readonly typing: (channel: string) => Call<"typing", void, SessionEnded>
  /**
   * What happens in the channels the session is in, as version 2 of the protocol says it: `Message`, `Edited`, `Deleted`,
   * `Reacted`, `ReadMarker`, `UserTyping`, `Presence` and the rest, each with the id of who did it beside the name;
   * `Invited`; `Joined` where the session is in a channel without `join`, since somebody else begins to speak to this user
   * alone or since `entries` has entered it; and `Left` where it was put out of a channel, or the channel has ended.
   *
   * One consumer. It has to keep up: 256 events wait for it, and then as much as `HubSettings.outbox` says. Where that
   * overflows, or where nothing was consumed for 10 s although more than 256 events wait, the session ends. Then, and
   * whatever else ends the session, the stream fails with the reason. Of a session without events it only does that.
   */
  readonly events: Stream.Stream<render.EventFrame, Disconnect>
  /**
   * The entries of a channel, each once and in the order of their places: those behind `after` from history, 0 for all that
   * it has, and then each as it happens; without `after`, from now on. Entries that history has not any more are announced
   * as `Missed`, in their place; where the history is another one than that of `after`, `HistoryChanged` says so, and all
   * that it has come behind that. A consumer may take its time: what it has not taken by then it reads from history.
   *
   * The session need not have joined: it is in the channel once this runs, and stays in it when the consumer stops.
   * `leave` leaves it, and ends the stream. Where the channel or history fails meanwhile, it waits and goes on at its place.
   * It fails where the session is refused (or, at its start, where the service is too busy: `retryable`), where it is put
   * out (`NotMember`), and where it ends (`Disconnect`).
   *
   * Any number of them can run. They do not consume `events`: a session for entries alone is made without events.
   */
  readonly entries: (
    channel: string,
    options?: {
      readonly after?: number | undefined
      /** The `history` of the `Joined` that `after` was read behind. */
      readonly history?: string | undefined
    },
  ) => Stream.Stream<ChannelEntry | Gap, EntriesError>
}

/** Events that wait for the consumer, before they wait in the outbox. */
const eventsAhead = 256
/** How long the consumer may take nothing when it is behind that far. */
const patience = Duration.seconds(10)

interface Options {
  readonly session: SessionId
  /** Who is in it, and how much of what that user may: without a session of one's own until now. */
  readonly as: Caller
  /** Whether it is this program's own: then nobody else signs in under its name, and others may begin to speak to it alone. */
  readonly own: boolean
  /** Whether it is told what happens. */
  readonly events: boolean
  readonly freshId: () => string
}

export const localSession = Effect.fnUntraced(function* (
  chat: ChatShape,
  { as, events: hears, freshId, own, session }: Options,
): Effect.fn.Return<LocalSession, RequestErrorOf<"Unavailable">, Scope.Scope> {
  const { directory, gateway } = chat
  const events = yield* Queue.bounded<render.EventFrame, Disconnect>(eventsAhead)
  const over = Deferred.makeUnsafe<never, SessionEnded>()
  /** Who reads the entries of a channel: as many as the program runs. */
  const tails = new Set<Tail>()
  const end = (disconnect: Disconnect) => {
    outbox.close()
    Queue.failCauseUnsafe(events, Cause.fail(disconnect))
    for (const tail of tails) tail.end(Effect.fail(disconnect))
    Deferred.doneUnsafe(over, Exit.fail(ended(disconnect)))
  }
  // Taken from the outbox while the consumer was not ready; at most one turn's.
  let overdue: ReadonlyArray<render.EventFrame> = []
  const outbox: Outbox<Notices> = new Outbox<Notices>(
    chat.settings.outbox,
    {
      send: (batch) => {
        const notices = batch.flat()
        if (tails.size > 0) {
          for (const { frame, putOut } of notices) for (const tail of tails) tail.hear(frame, putOut)
        }
        if (!hears) return true
        overdue = notices.flatMap(({ frame }) => (Queue.offerUnsafe(events, frame) ? [] : frame))
        return overdue.length === 0
      },
      keep: (piece) => piece,
      onOverflow: () => end(new Disconnect({ reason: "SlowConsumer" })),
    },
    gateway.outboxes,
  )
  const tell = (frame: render.EventFrame, lane: "control" | "chat") => {
    if (hears) outbox.offer(lane, [noticeOf(frame)], sizeOf(frame))
  }
  // By the number of the call that is waiting for it.
  const joining = new Map<number, (frame: ServerFrameOf<"Joined">) => void>()
  let calls = 0
  const by = { ...as.by, session }
  const { address, user } = by
  const memberships = new Memberships(directory, {
    session,
    by,
    renderer: hears ? eventsAndEntries : entriesOnly,
    outbox,
    onJoined: (channel: ChannelName, welcome: Welcome, call: number | undefined) => {
      const frame = render.joined(undefined, channel, welcome)
      if (call === undefined) tell(frame, "chat")
      else joining.get(call)?.(frame)
    },
  })
  const caller: Caller = { ...as, by, memberships }

  const leaveHub = Effect.andThen(memberships.leaveAll, () => {
    gateway.remove(session)
    return directory.signOut(session)
  })
  const signIn = directory.signIn({
    session,
    user,
    tokenId: as.tokenId,
    exclusive: false,
    direct: own,
    embedded: own,
  })
  yield* Effect.acquireRelease(
    Effect.map(onlyUnavailable(signIn), () => {
      gateway.add(session, {
        user,
        address,
        waiting: () => outbox.bytes,
        standing: () => ({
          id: session,
          user,
          address,
          transport: session.replace(/-.*/, ""),
          encoding: undefined,
          since: undefined,
          heardAt: undefined,
          channels: memberships.count,
          waiting: { bytes: outbox.bytes, frames: outbox.frames },
        }),
        end,
        enter: (invitation) => memberships.enter(invitation),
        tell: (event) => {
          tell(render.userEvent(event), "control")
          gateway.outboxes.flush()
        },
      })
    }),
    () =>
      Effect.andThen(
        Effect.sync(() => end(new Disconnect({ reason: "Goodbye" }))),
        leaveHub,
      ),
  )
  memberships.opened()

  const consumed = (frame: render.EventFrame) =>
    Effect.timeoutOrElse(Queue.offer(events, frame), {
      duration: patience,
      orElse: () => Effect.sync(() => end(new Disconnect({ reason: "SlowConsumer" }))),
    })
  yield* outbox.full.pipe(
    Effect.andThen(Effect.suspend(() => Effect.forEach(overdue, consumed, { discard: true }))),
    Effect.andThen(Effect.sync(() => outbox.resume())),
    // full waits by itself
    Effect.forever({ disableYield: true }),
    Effect.raceFirst(Deferred.await(over)),
    Effect.ignore,
    // Whatever ended it, the others see it leave, also if its scope stays open.
    Effect.andThen(leaveHub),
    Effect.forkScoped,
  )

  /** A session that has ended does nothing more. */
  const whileOpen = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E | SessionEnded> =>
    Effect.raceFirst(Deferred.await(over), call)

  const join = (channel: ChannelName) =>
    Effect.suspend(() => {
      const call = ++calls
      let joined: ServerFrameOf<"Joined"> | undefined
      joining.set(call, (frame) => (joined = frame))
      return operations.join(chat, caller, { channel, tag: call }).pipe(
        // It is told before the call succeeds.
        Effect.map(() => joined!),
        Effect.ensuring(Effect.sync(() => joining.delete(call))),
      )
    })

  const leave = (channel: ChannelName) =>
    Effect.suspend(() => {
      const membership = memberships.get(channel)
      return Effect.map(operations.leave(chat, caller, { channel }), () => {
        if (membership !== undefined) for (const tail of tails) tail.left(membership)
      })
    })

  const actions = actionsOf<SessionEnded>({ chat, caller, freshId, through: whileOpen })
  return {
    ...actions,
    join: (channel) => whileOpen(Effect.flatMap(request("Join", { channel }), ({ channel }) => join(channel))),
    leave: (channel) => whileOpen(Effect.flatMap(request("Leave", { channel }), ({ channel }) => leave(channel))),
    typing: (channel) =>
      whileOpen(Effect.flatMap(request("Typing", { channel }), (typing) => operations.typing(chat, caller, typing))),
    events: Stream.fromQueue(events),
    entries: (channel, { after, history } = {}) =>
      Stream.unwrap(
        Effect.map(request("History", { channel, after }), ({ after, channel }) =>
          entries(
            {
              tails,
              membership: (channel, id) => {
                const named = memberships.get(channel)
                if (id === undefined || (named !== undefined && idOf(named) === id)) return named
                return [...memberships.all].find((membership) => idOf(membership) === id)
              },
              enter: (channel, id) => whileOpen(entered(operations.join(chat, caller, { channel, id }))),
              page: (channel, after) => actions.history(channel, after === undefined ? { limit: 1 } : { after }),
            },
            channel,
            { after, history },
          ),
        ),
      ),
  }
})

const ended = ({ message }: Disconnect): SessionEnded =>
  new RequestError({ reason: "NotAuthenticated", detail: `The session has ended: ${message}` }) as SessionEnded

type JoinError = ErrorOf<typeof operations.join>

/** It is in the channel, by this or since it was before. */
const entered = (joining: Effect.Effect<void, JoinError>): Effect.Effect<void, JoinError> =>
  Effect.catchIf(
    joining,
    ({ reason }) => reason === "AlreadyMember",
    () => Effect.void,
  )

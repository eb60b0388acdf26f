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
import type { User } from "../domain/User.ts"
import { Memberships } from "../hub/audience/Memberships.ts"
import { Outbox } from "../hub/audience/Outbox.ts"
import type { Renderer } from "../protocol/Renderer.ts"
import * as render from "../protocol/v2/render.ts"
import type { ServerFrame, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import { type Actions, actionsOf } from "./Actions.ts"
import * as decode from "./decode.ts"

type Fails<O> = ErrorOf<O> | RequestErrorOf<"InvalidFrame">

export interface LocalSession extends Actions {
  /** Enters a channel; `@name` is the direct conversation with a user. Succeeds with the channel as it stands. */
  readonly join: (channel: string) => Effect.Effect<ServerFrameOf<"Joined">, Fails<typeof operations.join>>
  /** Leaves a channel; nothing of it is told behind this. */
  readonly leave: (channel: string) => Effect.Effect<void, Fails<typeof operations.leave>>
  /** The others are told that the user is typing. Left out where the channel is busy. */
  readonly typing: (channel: string) => Effect.Effect<void, Fails<typeof operations.typing>>
  /**
   * What happens in the channels one is in, as version 2 of the protocol says it: `Message`, `Edited`, `Deleted`,
   * `Reacted`, `ReadMarker`, `Presence`, `TopicChanged`, `UserTyping` and the rest; `Joined` where somebody else begins to
   * speak to this user alone, and `Left` where a channel has ended. Each has the author's id beside the name. One consumer.
   *
   * Whoever consumes too slowly is disconnected like any slow session: when the outbox overflows, or when nothing was
   * consumed for 10 s although events wait. Then, and whatever else ends the session, the stream fails with the reason,
   * and every call fails with `NotAuthenticated`. Empty where the session was made without events.
   */
  readonly events: Stream.Stream<ServerFrame, Disconnect>
}

/** Events that wait for the consumer, before they wait in the outbox. */
const eventsAhead = 256
/** How long the consumer may take nothing when it is behind that far. */
const patience = Duration.seconds(10)

type Frames = ReadonlyArray<ServerFrame>

/** About as many bytes as it occupies. */
const sizeOf = (frame: ServerFrame): number => ("content" in frame ? frame.content.length : 0) + 200

/** What happens as frames of version 2 that are never written. */
const frames: Renderer<Frames> = {
  names: false,
  render: (channel, events) => {
    const piece = events.flatMap((event) => render.event(channel, event) ?? [])
    if (piece.length === 0) return undefined
    return { piece, frames: piece.length, bytes: piece.reduce((sum, frame) => sum + sizeOf(frame), 0) }
  },
}

/** For a session without events: there is nothing to say. */
const silence: Renderer<Frames> = { names: false, render: () => undefined }

interface Options {
  readonly session: SessionId
  readonly user: User
  readonly events: boolean
  /** Whether the user's limits hold for it. */
  readonly limited: boolean
  readonly freshId: () => string
}

export const localSession = Effect.fnUntraced(function* (
  chat: ChatShape,
  { events: hears, freshId, limited, session, user }: Options,
): Effect.fn.Return<LocalSession, RequestError, Scope.Scope> {
  const { directory, gateway } = chat
  const events = yield* Queue.bounded<ServerFrame, Disconnect>(eventsAhead)
  const over = Deferred.makeUnsafe<never, RequestError>()
  const end = (disconnect: Disconnect) => {
    outbox.close()
    Queue.failCauseUnsafe(events, Cause.fail(disconnect))
    const detail = `The session has ended: ${disconnect.message}`
    Deferred.doneUnsafe(over, Exit.fail(new RequestError({ reason: "NotAuthenticated", detail })))
  }
  // Taken from the outbox while the consumer was not ready; at most one turn's.
  let overdue: Frames = []
  const outbox: Outbox<Frames> = new Outbox<Frames>(
    chat.settings.outbox,
    {
      send: (batch) => {
        overdue = batch.flat().filter((frame) => !Queue.offerUnsafe(events, frame))
        return overdue.length === 0
      },
      keep: (piece) => piece,
      onOverflow: () => end(new Disconnect({ reason: "SlowConsumer" })),
    },
    gateway.outboxes,
  )
  const tell = (frame: ServerFrame, lane: "control" | "chat") => {
    if (hears) outbox.offer(lane, [frame], sizeOf(frame))
  }
  // By the number of the call that is waiting for it.
  const joining = new Map<number, (frame: ServerFrameOf<"Joined">) => void>()
  let calls = 0
  const by = { user, session }
  const memberships = new Memberships(directory, {
    session,
    by,
    renderer: hears ? frames : silence,
    outbox,
    onJoined: (channel: ChannelName, welcome: Welcome, call: number | undefined) => {
      const frame = render.joined(undefined, channel, welcome)
      if (call === undefined) tell(frame, "chat")
      else joining.get(call)?.(frame)
    },
  })
  const caller: Caller = { by, memberships, limit: limited ? chat.limitOf(user.id) : undefined }

  const leave = Effect.andThen(memberships.leaveAll, () => {
    gateway.remove(session)
    return directory.signOut(session)
  })
  yield* Effect.acquireRelease(
    Effect.map(directory.signIn({ session, user, exclusive: false, direct: true, embedded: true }), () => {
      gateway.add(session, {
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
        leave,
      ),
  )
  memberships.opened()

  const consumed = (frame: ServerFrame) =>
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
    Effect.andThen(leave),
    Effect.forkScoped,
  )

  /** A session that has ended does nothing more. */
  const whileOpen = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.raceFirst(Deferred.await(over) as Effect.Effect<never, E>, call)

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

  const actions = actionsOf(chat, caller, freshId)
  const whileOpenAll = Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [
      name,
      typeof action === "function"
        ? (...args: ReadonlyArray<never>) =>
            whileOpen((action as (...args: ReadonlyArray<never>) => Effect.Effect<unknown>)(...args))
        : action,
    ]),
  ) as unknown as Actions

  return {
    ...whileOpenAll,
    join: (channel) => whileOpen(Effect.flatMap(decodeChannel(channel), join)),
    leave: (channel) =>
      whileOpen(Effect.flatMap(decodeChannel(channel), (channel) => operations.leave(chat, caller, { channel }))),
    typing: (channel) =>
      whileOpen(Effect.flatMap(decodeChannel(channel), (channel) => operations.typing(chat, caller, { channel }))),
    events: Stream.fromQueue(events),
  }
})

const decodeChannel = (channel: string) =>
  decode.channel(channel) as Effect.Effect<ChannelName, RequestErrorOf<"InvalidFrame">>

/**
 * The hub: the control plane, one actor. It knows who is connected, by user, and which channels
 * are open; it finds a channel for a session, and starts it if need be. Messages do not pass
 * through it, and it never waits for I/O.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Actor from "../actor/Actor.ts"
import { ChannelStore, type ChannelSummary } from "../channels/ChannelStore.ts"
import type { ChannelStoreError } from "../channels/ChannelStoreError.ts"
import type { ChannelId } from "../domain/ChannelId.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { Role } from "../domain/Role.ts"
import { SessionId } from "../domain/SessionId.ts"
import type { TokenBucket } from "../domain/TokenBucket.ts"
import type { Topic } from "../domain/Topic.ts"
import { type Person, User, type UserId } from "../domain/User.ts"
import { key } from "../domain/Username.ts"
import { History, type Hits, type Marker, type Query } from "../history/History.ts"
import type { HistoryError } from "../history/HistoryError.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { ServerFrame } from "../protocol/v2/ServerFrame.ts"
import * as Channel from "./Channel.ts"
import { HubSettings } from "./HubSettings.ts"
import * as bounded from "./internal/bounded.ts"
import { HubState, type Open } from "./internal/hubState.ts"
import { localSession, type LocalSession } from "./LocalSession.ts"
import type { Appearance } from "./Presence.ts"

/** A session that signs in. */
export interface SessionEntry {
  readonly session: SessionId
  readonly user: User
  /** Which token it signed in with, if it was one: when that is revoked, the session ends. */
  readonly tokenId?: string | undefined
  /** Refused with `UsernameTaken` when the user is connected already. */
  readonly exclusive: boolean
  /** Ends the session. */
  readonly end: (disconnect: Disconnect) => void
  /** Brings it into a direct conversation; absent where its protocol has none. */
  readonly enter?: ((invitation: Invitation) => Effect.Effect<void>) | undefined
  /** Tells it something that is of no channel it is in; absent where its protocol has no word for it. */
  readonly tell?: ((frame: ServerFrame) => void) | undefined
}

/** Into a direct conversation in which something is about to be said. */
export interface Invitation {
  /** With whom, as the invited user sees it. */
  readonly other: User
  readonly channel: Channel.ChannelHandle
}

/** A session of one of the two in a direct conversation. */
export interface Reached {
  readonly other: User
  readonly enter: (invitation: Invitation) => Effect.Effect<void>
}

export interface SignedIn {
  /** What the user may still publish: one for all the user's sessions. Undefined: no limit. */
  readonly publishing: TokenBucket | undefined
}

/** A channel, and how the user who looked for it appears there. */
export interface Found {
  readonly channel: Channel.ChannelHandle
  readonly appearance: Appearance
  /** Of a direct conversation, with whom. */
  readonly other?: User | undefined
}

/** A channel that was looked for without entering it. */
export type Opened = Pick<Found, "channel" | "other">

/** Which sessions. */
export type Selection = { readonly user: UserId } | { readonly token: string } | { readonly everybody: true }

export interface ChannelPage {
  readonly channels: ReadonlyArray<{ readonly channel: ChannelName; readonly topic: Topic; readonly count: number }>
  readonly next?: ChannelName | undefined
}

/** What is alive: at rest it is back at its baseline. */
export interface HubStats {
  readonly users: number
  readonly sessions: number
  readonly channels: number
  readonly memberships: number
}

export type Command =
  | {
      readonly type: "SignIn"
      readonly entry: SessionEntry
      readonly reply: Actor.Asks<SignedIn, RequestError>["reply"]
    }
  | { readonly type: "SignOut"; readonly session: SessionId }
  | {
      readonly type: "Find"
      readonly channel: ChannelName
      readonly session: SessionId
      readonly account: User | undefined
      readonly reply: Actor.Asks<Found, RequestError>["reply"]
    }
  | {
      readonly type: "Open"
      readonly channel: ChannelName
      readonly session: SessionId
      readonly account: User | undefined
      readonly reply: Actor.Asks<Opened, RequestError>["reply"]
    }
  | {
      readonly type: "Reserve"
      readonly channel: Channel.Channel
      readonly name: ChannelName
      readonly reply: Actor.Asks<void, RequestError>["reply"]
    }
  | {
      readonly type: "Rename"
      readonly channel: Channel.Channel
      readonly from: ChannelName
      readonly to: ChannelName
      readonly reply: Actor.Asks<void, never>["reply"]
    }
  | { readonly type: "Tell"; readonly user: UserId; readonly frame: ServerFrame }
  | {
      readonly type: "Reach"
      readonly session: SessionId
      readonly other: User
      readonly reply: Actor.Asks<ReadonlyArray<Reached>, RequestError>["reply"]
    }
  | {
      readonly type: "Bring"
      readonly channel: ChannelName
      readonly session: SessionId
      readonly reply: Actor.Asks<Appearance, RequestError>["reply"]
    }
  | { readonly type: "Left"; readonly channel: ChannelName; readonly session: SessionId }
  | { readonly type: "Idle"; readonly channel: Channel.Channel }
  | { readonly type: "Stopped"; readonly channel: Channel.Channel }
  | {
      readonly type: "SetAppearance"
      readonly user: UserId
      readonly appearance: Appearance
      /** The channels the user is in, which have to be told. */
      readonly reply: Actor.Asks<ReadonlyArray<Channel.ChannelHandle>, never>["reply"]
    }
  /** How many users are in each of these channels. */
  | {
      readonly type: "Count"
      readonly channels: ReadonlyArray<ChannelName>
      readonly reply: Actor.Asks<ReadonlyArray<number>, never>["reply"]
    }
  | {
      readonly type: "Disconnect"
      readonly selection: Selection
      readonly disconnect: Disconnect
      readonly reply: Actor.Asks<number, never>["reply"]
    }
  | { readonly type: "Stats"; readonly reply: Actor.Asks<HubStats, never>["reply"] }

export class Hub extends Context.Service<
  Hub,
  {
    readonly signIn: (entry: SessionEntry) => Effect.Effect<SignedIn, RequestError>
    /** Forgets the session. Its channels are the session's to leave. */
    readonly signOut: (session: SessionId) => Effect.Effect<void>
    /**
     * The channel of this name, started if it is not running. Of a direct conversation, `account` is whose name it is;
     * without one it is a connected user's, or `NoSuchUser`.
     */
    readonly find: (channel: ChannelName, session: SessionId, account?: User) => Effect.Effect<Found, RequestError>
    /** The same for who does not enter it. There may be no channel of this name: then that is what it answers. */
    readonly open: (channel: ChannelName, session: SessionId, account?: User) => Effect.Effect<Opened, RequestError>
    /**
     * The sessions that hear what this one says to another user: those of the two. Fails with `Unreachable` where none
     * of the other's can, with `NoSuchUser` where the other is not here and one of the two is a guest.
     */
    readonly reach: (session: SessionId, other: User) => Effect.Effect<ReadonlyArray<Reached>, RequestError>
    /** Notes a session for a direct conversation that it is brought into, and says how its user appears there. */
    readonly bring: (channel: ChannelName, session: SessionId) => Effect.Effect<Appearance, RequestError>
    /** To be told when a session has left a channel: by the name that its handle has. */
    readonly left: (channel: ChannelName, session: SessionId) => Effect.Effect<void>
    readonly setAppearance: (user: UserId, appearance: Appearance) => Effect.Effect<void, RequestError>
    /**
     * The channels in the order of their names, 100 a page, without those that are archived; direct conversations are
     * nobody else's, private channels are for those who have a role there.
     */
    readonly channels: (after?: ChannelName, user?: User) => Effect.Effect<ChannelPage, RequestError>
    /** Those of these channels that a user may read, and their names now. */
    readonly readable: (
      user: UserId,
      channels: ReadonlyArray<ChannelId>,
    ) => Effect.Effect<ReadonlyArray<Pick<ChannelSummary, "id" | "name">>, RequestError>
    /** Those from whom a user wants no direct messages. */
    readonly blocked: (user: UserId) => Effect.Effect<ReadonlyArray<Person>, RequestError>
    /** Ends sessions; succeeds with how many. */
    readonly disconnect: (selection: Selection, disconnect: Disconnect) => Effect.Effect<number, RequestError>
    /** Messages with these words. Whether the one who asks may read the channels is for the caller to know. */
    readonly search: (query: Query) => Effect.Effect<Hits, RequestError>
    /** The channels that count for a user, a page at a time. */
    readonly markers: (
      user: UserId,
      page: { readonly after?: ChannelId | undefined; readonly limit: number },
    ) => Effect.Effect<ReadonlyArray<Marker>, RequestError>
    readonly stats: Effect.Effect<HubStats, RequestError>
    /**
     * A session inside this program, without a connection; it ends with the scope. The id says
     * whether two sessions are of one user; without one, the name does.
     */
    readonly connect: (user: {
      readonly name: string
      readonly id?: string
      readonly role?: Role
    }) => Effect.Effect<LocalSession, RequestError, Scope.Scope>
  }
>()("natter/hub/Hub") {
  static readonly layer: Layer.Layer<Hub, never, History | ChannelStore> = Layer.effect(
    Hub,
    Effect.suspend(() => make),
  )
}

const decodeUser = (user: typeof User.Encoded): Effect.Effect<User, RequestError> =>
  Effect.mapError(
    Schema.decodeEffect(User)(user),
    (error) => new RequestError({ reason: "InvalidUsername", detail: error.message }),
  )

const draining = new Disconnect({ reason: "Draining" })
const unavailable = (): RequestError => new RequestError({ reason: "Unavailable" })

/** Channels in a page of their list. */
const pageSize = 100

const readable = <A>(reading: Effect.Effect<A, HistoryError | ChannelStoreError>): Effect.Effect<A, RequestError> =>
  reading.pipe(
    Effect.tapError((error) => Effect.logError("the hub could not read what is stored", error)),
    Effect.mapError(() => new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(1) })),
  )

const make = Effect.gen(function* () {
  const settings = yield* HubSettings
  const clock = yield* Clock.Clock
  const context = yield* Effect.context<History | ChannelStore>()
  const history = yield* History
  const store = yield* ChannelStore
  const scope = yield* Effect.scope

  /** Starts a channel in a scope of its own under the hub's. */
  const open: Open = (name, after, parties) =>
    Effect.gen(function* () {
      const own = yield* Scope.fork(scope)
      const channel: Channel.Channel = yield* Channel.make({
        name,
        hub: {
          reserve: (name) => ask<void, RequestError>(({ reply }) => ({ type: "Reserve", channel, name, reply })),
          rename: (from, to) =>
            Effect.ignore(ask<void, never>(({ reply }) => ({ type: "Rename", channel, from, to, reply }))),
          left: (session) => tell({ type: "Left", channel: channel.name, session }),
          tell: (user, frame) => tell({ type: "Tell", user, frame }),
        },
        after,
        parties,
        onIdle: Effect.suspend(() => tell({ type: "Idle", channel })),
      }).pipe(Scope.provide(own), Effect.provideContext(context))
      // Whatever ended the channel, the hub hears of it and the scope goes.
      yield* channel.stopped.pipe(
        Effect.andThen(Effect.ignore(actor.tell({ type: "Stopped", channel }))),
        Effect.ensuring(Scope.close(own, Exit.void)),
        Effect.forkIn(scope),
      )
      return channel
    })

  const state = new HubState(settings, open)
  const actor: Actor.Actor<Command> = yield* Actor.make<Command>({
    name: "hub",
    mailbox: settings.hubMailbox,
    start: Effect.void,
    receive: (commands) =>
      Effect.forEach(commands, (command) => state.apply(command, clock.currentTimeMillisUnsafe()), { discard: true }),
    // A server has ended its sessions before; those inside this program may be open still.
    onEnd: () => Effect.sync(() => state.disconnect({ selection: { everybody: true }, disconnect: draining })),
  })
  let sessions = 0
  // They read much: however many ask for them, what is said waits for one of each at most.
  const searching = yield* Semaphore.make(1)
  const counting = yield* Semaphore.make(1)

  const ask = <A, E>(command: (asks: Actor.Asks<A, E>) => Command) =>
    actor.ask(command).pipe(Effect.mapError((error) => (Actor.isUnavailable(error) ? unavailable() : error)))
  const tell = (command: Command) => Effect.ignore(actor.tell(command))

  const service: Hub["Service"] = {
    signIn: (entry) => ask<SignedIn, RequestError>(({ reply }) => ({ type: "SignIn", entry, reply })),
    signOut: (session) => tell({ type: "SignOut", session }),
    find: (channel, session, account) =>
      ask<Found, RequestError>(({ reply }) => ({ type: "Find", channel, session, account, reply })),
    open: (channel, session, account) =>
      ask<Opened, RequestError>(({ reply }) => ({ type: "Open", channel, session, account, reply })),
    reach: (session, other) =>
      ask<ReadonlyArray<Reached>, RequestError>(({ reply }) => ({ type: "Reach", session, other, reply })),
    bring: (channel, session) =>
      ask<Appearance, RequestError>(({ reply }) => ({ type: "Bring", channel, session, reply })),
    left: (channel, session) => tell({ type: "Left", channel, session }),
    setAppearance: (user, appearance) =>
      ask<ReadonlyArray<Channel.ChannelHandle>, never>(({ reply }) => ({
        type: "SetAppearance",
        user,
        appearance,
        reply,
      })).pipe(
        Effect.flatMap(
          Effect.forEach((channel) => Effect.ignore(channel.setAppearance(user, appearance)), { discard: true }),
        ),
      ),
    channels: (after, user) =>
      Effect.gen(function* () {
        const whom = user === undefined ? "strangers" : user.role === "admin" ? "everybody" : { user: user.id }
        const listed = yield* readable(store.list({ after, limit: pageSize + 1, for: whom }))
        const page = listed.slice(0, pageSize)
        const names = page.map(({ name }) => name)
        const counts = yield* ask<ReadonlyArray<number>, never>(({ reply }) => ({
          type: "Count",
          channels: names,
          reply,
        }))
        return {
          channels: page.map(({ name, topic }, n) => ({ channel: name, topic, count: counts[n] ?? 0 })),
          next: listed.length > pageSize ? names.at(-1) : undefined,
        }
      }),
    readable: (user, channels) => readable(store.readable(user, channels, clock.currentTimeMillisUnsafe())),
    blocked: (user) => readable(store.blocked(user, clock.currentTimeMillisUnsafe())),
    disconnect: (selection, disconnect) =>
      ask<number, never>(({ reply }) => ({ type: "Disconnect", selection, disconnect, reply })),
    search: (query) => Effect.map(searching.withPermit(readable(history.search(query))), bounded.hits),
    markers: (user, page) => counting.withPermit(readable(history.markers(user, page))),
    stats: ask<HubStats, never>(({ reply }) => ({ type: "Stats", reply })),
    connect: ({ id, name, role = "member" }) =>
      Effect.flatMap(decodeUser({ id: id ?? key(name), name, role }), (user) =>
        localSession(service, settings, SessionId.make(`local-${++sessions}`), user),
      ),
  }
  return service
})

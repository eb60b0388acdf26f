/**
 * The directory: the control plane, one actor. It knows who is connected, by user, and which channels are open; it finds
 * a channel for whoever names it, and starts it if need be. Messages do not pass through it, and it never waits for I/O.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Actor from "../../actor/Actor.ts"
import type { ChannelStore } from "../../channels/ChannelStore.ts"
import type { Appearance } from "../../domain/Appearance.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { User, UserId } from "../../domain/User.ts"
import type { History } from "../../history/History.ts"
import { Stamps } from "../../history/Stamps.ts"
import { ChannelLink } from "../audience/ChannelLink.ts"
import { Gateway } from "../audience/Gateway.ts"
import { encodedInbox, encodedReceive } from "../audience/loopback.ts"
import * as Channel from "../channel/Channel.ts"
import { HubSettings } from "../HubSettings.ts"
import type {
  DirectoryCommand,
  DirectSession,
  ChannelLookup,
  JoinLookup,
  HubFigures,
  HubStats,
  Selection,
  SessionEntry,
  Wish,
  WishGranted,
} from "./DirectoryCommand.ts"
import { DirectoryState, type Open } from "./DirectoryState.ts"

type Answer<A> = Effect.Effect<A, RequestError>

export class Directory extends Context.Service<
  Directory,
  {
    readonly signIn: (entry: SessionEntry) => Answer<void>
    /** Notes the token by which a session comes back. */
    readonly hold: (session: SessionId, tokenId: string) => void
    /** Forgets the session. Its channels are the session's to leave. */
    readonly signOut: (session: SessionId) => Effect.Effect<void>
    /** The user inside this program whose name this is: nobody else signs in under it. Undefined where it is nobody's. */
    readonly ownerOf: (name: string) => User | undefined
    /** Makes the name of a user inside this program that user's; others who are signed in under it are shown out. */
    readonly reserveName: (user: User) => void
    /**
     * The channel of this name, for a session that is about to enter it; started if it does not run. Of a direct
     * conversation, `account` is whose name it is; without one it is a connected user's, or `NoSuchUser`.
     */
    readonly find: (channel: ChannelName, session: SessionId, account?: User) => Answer<JoinLookup>
    /** The same for a user who does not enter it. */
    readonly open: (channel: ChannelName, user: User, account?: User) => Answer<ChannelLookup>
    /** The same without waiting, where it is open already. It may be just about to end: then `open` finds the next. */
    readonly opened: (channel: ChannelName, user: User, account?: User) => ChannelLookup | undefined
    /**
     * The sessions that hear what one user says to another: those of the two. Fails with `Unreachable` where none of the
     * other's can, with `NoSuchUser` where the other is not here and one of the two is a guest.
     */
    readonly reach: (user: User, other: User) => Answer<ReadonlyArray<DirectSession>>
    /** Notes a session for a direct conversation that it is brought into, and says how its user appears there. */
    readonly bring: (
      channel: ChannelName,
      session: SessionId,
    ) => Answer<{ readonly link: ChannelLink; readonly appearance: Appearance }>
    /** To be told when a session has left a channel, before whatever that session asks next. */
    readonly left: (link: ChannelLink, session: SessionId) => void
    /** Notes how a user wants to appear, unless a newer wish is known; succeeds with the one that holds. */
    readonly setAppearance: (user: UserId, wish: Wish) => Answer<WishGranted>
    /** The channels that a user's sessions are in. */
    readonly channelsOf: (user: UserId) => Answer<ReadonlyArray<ChannelLink>>
    /** How many users are in each of these channels. */
    readonly count: (channels: ReadonlyArray<ChannelName>) => Answer<ReadonlyArray<number>>
    /** Ends sessions; succeeds with how many. */
    readonly disconnect: (selection: Selection, disconnect: Disconnect) => Answer<number>
    readonly stats: Answer<HubStats>
    /** The same and more, as it is at the call: nothing is asked, and so nothing waits. */
    readonly figures: () => HubFigures
  }
>()("natter/hub/Directory") {
  static readonly layer: Layer.Layer<Directory, never, History | ChannelStore | Gateway> = Layer.effect(
    Directory,
    Effect.suspend(() => make),
  ).pipe(Layer.provide(Stamps.layer))
}

const draining = new Disconnect({ reason: "Draining" })

const make = Effect.gen(function* () {
  const settings = yield* HubSettings
  const clock = yield* Clock.Clock
  const gateway = yield* Gateway
  const { encodeChannels: encodes } = settings
  const run = yield* FiberSet.makeRuntime()
  const context = yield* Effect.context<History | ChannelStore | Stamps>()
  const scope = yield* Effect.scope
  const coalesce = Duration.toMillis(settings.presence.coalesce)

  /** Starts a channel in a scope of its own under the directory's, and the way there from this node. */
  const open: Open = (name, after, parties) =>
    Effect.gen(function* () {
      const own = yield* Scope.fork(scope)
      const link = new ChannelLink({ name, outboxes: gateway.outboxes, later: gateway.later, clock, coalesce })
      const channel: Channel.Channel = yield* Channel.make({
        name,
        directory: {
          reserve: (name) => ask<void, RequestError>(({ reply }) => ({ type: "Reserve", channel, name, reply })),
          rename: (from, to) =>
            Effect.ignore(ask<void, never>(({ reply }) => ({ type: "Rename", channel, from, to, reply }))),
          tell: (user, event) => tell({ type: "Tell", user, event }),
        },
        emit: encodes ? encodedReceive(link.receive) : link.receive,
        after,
        parties,
        onIdle: Effect.suspend(() => tell({ type: "Idle", channel })),
      }).pipe(Scope.provide(own), Effect.provideContext(context))
      link.connect(encodes ? encodedInbox(channel) : channel)
      // Whatever ended the channel, the directory hears of it and the scope goes.
      yield* channel.stopped.pipe(
        Effect.andThen(Effect.ignore(actor.tell({ type: "Stopped", channel }))),
        Effect.ensuring(Scope.close(own, Exit.void)),
        Effect.forkIn(scope),
      )
      return { channel, link }
    })

  const state = new DirectoryState(settings, open, gateway.find)
  const actor: Actor.Actor<DirectoryCommand> = yield* Actor.make<DirectoryCommand>({
    name: "directory",
    mailbox: settings.hubMailbox,
    start: Effect.void,
    receive: (commands) => {
      // Nearly all are done at once, without an effect each.
      const apply = (from: number): Effect.Effect<void> | undefined => {
        for (let n = from; n < commands.length; n++) {
          const rest = state.apply(commands[n]!)
          if (rest !== undefined) return Effect.flatMap(rest, () => apply(n + 1) ?? Effect.void)
        }
        return undefined
      }
      return apply(0)
    },
    // A server has ended its sessions before; those inside this program may be open still.
    onEnd: () => Effect.sync(() => state.disconnect({ selection: { everybody: true }, disconnect: draining })),
  })

  const ask = <A, E>(command: (asks: Actor.Asks<A, E>) => DirectoryCommand) =>
    Effect.mapError(actor.ask(command), (error) =>
      Actor.isUnavailable(error) ? new RequestError({ reason: "Unavailable" }) : error,
    )
  const tell = (command: DirectoryCommand) => Effect.ignore(actor.tell(command))
  /** Nobody waits for it. */
  const leaveCommand = (command: DirectoryCommand): void => {
    if (!actor.tellUnsafe(command)) run(tell(command))
  }

  return Directory.of({
    signIn: (entry) => ask(({ reply }) => ({ type: "SignIn", entry, reply })),
    hold: (session, tokenId) => leaveCommand({ type: "Hold", session, tokenId }),
    signOut: (session) => tell({ type: "SignOut", session }),
    ownerOf: (name) => state.ownerOf(name),
    reserveName: (user) => state.reserveName(user),
    find: (channel, session, account) => ask(({ reply }) => ({ type: "Find", channel, session, account, reply })),
    opened: (channel, user, account) => {
      const target = state.target(user, channel, account)
      const open = target && state.channels.get(target.name)
      return open && { link: open.link, other: target.other }
    },
    open: (channel, user, account) => ask(({ reply }) => ({ type: "Open", channel, user, account, reply })),
    reach: (user, other) => ask(({ reply }) => ({ type: "Reach", user, other, reply })),
    bring: (channel, session) => ask(({ reply }) => ({ type: "Bring", channel, session, reply })),
    left: (link, session) => leaveCommand({ type: "Left", link, session }),
    setAppearance: (user, wish) =>
      ask<WishGranted, never>(({ reply }) => ({ type: "SetAppearance", user, wish, reply })),
    channelsOf: (user) => ask<ReadonlyArray<ChannelLink>, never>(({ reply }) => ({ type: "ChannelsOf", user, reply })),
    count: (channels) => ask<ReadonlyArray<number>, never>(({ reply }) => ({ type: "Count", channels, reply })),
    disconnect: (selection, disconnect) =>
      ask<number, never>(({ reply }) => ({ type: "Disconnect", selection, disconnect, reply })),
    stats: ask<HubStats, never>(({ reply }) => ({ type: "Stats", reply })),
    figures: () => {
      let [channels, most] = [0, 0]
      for (const { channel } of state.channels.values()) {
        const waiting = channel.waiting()
        channels += waiting
        most = Math.max(most, waiting)
      }
      return { ...state.stats(), waiting: { directory: actor.waiting(), channels, most } }
    },
  })
})

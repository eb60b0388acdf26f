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
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Actor from "../../actor/Actor.ts"
import type { ChannelStore } from "../../channels/ChannelStore.ts"
import type { AddressRange } from "../../domain/AddressRange.ts"
import type { Appearance } from "../../domain/Appearance.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { nameOf } from "../../domain/Direct.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import { MessageId } from "../../domain/MessageId.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { User, UserId } from "../../domain/User.ts"
import { History } from "../../history/History.ts"
import { Stamps } from "../../history/Stamps.ts"
import { ChannelLink } from "../audience/ChannelLink.ts"
import { Gateway, type Standings } from "../audience/Gateway.ts"
import { endFromHere, refused, standingsHere, type StandingsPage } from "../audience/standings.ts"
import { encodedInbox, encodedReceive } from "../audience/loopback.ts"
import * as Channel from "../channel/Channel.ts"
import type { Requester } from "../channel/ChannelCommand.ts"
import { HubSettings } from "../HubSettings.ts"
import { RemoteChannel } from "../nodes/RemoteChannel.ts"
import * as Nodes from "../nodes/Distributed.ts"
import type { Distributed } from "../nodes/Distributed.ts"
import type { Ended, NodeStanding } from "../nodes/Elsewhere.ts"
import { Nodes as NodesPort } from "../nodes/Nodes.ts"
import { Peers } from "../../peers/Peers.ts"
import { disconnectOf, selectionOf } from "../nodes/selections.ts"
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
import { DirectoryState } from "./DirectoryState.ts"
import type { Open } from "./OpenChannel.ts"

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
    /** Brings what sessions the two have at other nodes into their conversation; done when they are in, or cannot be. */
    readonly bringElsewhere: (channel: ChannelName, user: User, other: User, by: Requester) => Effect.Effect<void>
    /** Runs what nobody waits for. */
    readonly run: (effect: Effect.Effect<void>) => void
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
    /** Ends sessions of this node; succeeds with how many. */
    readonly disconnectHere: (selection: Selection, disconnect: Disconnect) => Answer<number>
    /** The same of all nodes. */
    readonly disconnect: (selection: Selection, disconnect: Disconnect) => Answer<number>
    /** Ends one session, wherever it is; says how many were, and whose. */
    readonly dismiss: (session: SessionId, disconnect: Disconnect) => Answer<Ended>
    /** Ends the sessions of all nodes that come from an address which is banned; succeeds with how many. */
    readonly endFrom: (address: AddressRange) => Effect.Effect<number>
    /** How the sessions of all nodes are doing: a page of them. */
    readonly connections: (page: StandingsPage) => Effect.Effect<Standings>
    readonly stats: Answer<HubStats>
    /** How the nodes are doing that are linked, this one first; undefined where the service is one. */
    readonly nodes: Effect.Effect<ReadonlyArray<NodeStanding> | undefined>
    /** Sessions of the nodes that this one has a link to, as they have told; undefined where there is none. */
    readonly sessionsElsewhere: () => number | undefined
    /** The same and more, as it is at the call: nothing is asked, and so nothing waits. */
    readonly figures: () => HubFigures
  }
>()("natter/hub/Directory") {
  static readonly layer: Layer.Layer<Directory, never, History | ChannelStore | Gateway> = Layer.effect(
    Directory,
    Effect.suspend(() => make),
  ).pipe(Layer.provide(Stamps.layer))
}

const none: Ended = { sessions: 0, whose: undefined }

/** What somebody is told whose name, or whose only place, is another's who came at the same moment elsewhere. */
const taken = new Disconnect({ reason: "NotAuthenticated", detail: "Somebody else has come under this name" })

const draining = new Disconnect({ reason: "Draining" })

const make = Effect.gen(function* () {
  const settings = yield* HubSettings
  const clock = yield* Clock.Clock
  const gateway = yield* Gateway
  const { encodeChannels: encodes } = settings
  const nodes = yield* NodesPort
  const peers = yield* Peers
  const history = yield* History
  const run = yield* FiberSet.makeRuntime()
  const context = yield* Effect.context<History | ChannelStore | Stamps>()
  const scope = yield* Effect.scope
  // Closes behind what is made later: a node lets go of its partitions first, so that its channels go on at other nodes.
  const owned = yield* Scope.fork(scope)
  const coalesce = Duration.toMillis(settings.presence.coalesce)
  /** For messages without an id that may have to be sent twice. */
  const series = Math.abs(yield* Random.nextInt).toString(36)
  let fresh = 0
  const freshId = () => MessageId.make(`node-${series}-${++fresh}`)

  const linkTo = (name: ChannelName) =>
    new ChannelLink({ name, outboxes: gateway.outboxes, later: gateway.later, clock, coalesce })

  /** Whatever ended the channel, the directory hears of it. */
  const hearOfEnd = (channel: Channel.Channel) =>
    Effect.andThen(channel.stopped, Effect.ignore(Effect.suspend(() => actor.tell({ type: "Stopped", channel }))))

  /** Starts a channel in a scope of its own under the directory's, and the way there from this node. */
  const openHere: Open = (name, after, parties) =>
    Effect.gen(function* () {
      const own = yield* Scope.fork(scope)
      const link = linkTo(name)
      const channel: Channel.Channel = yield* Channel.make({
        name,
        directory: {
          reserve: (name) => ask<void, RequestError>(({ reply }) => ({ type: "Reserve", channel, name, reply })),
          rename: (from, to) => renamed(channel, from, to),
          tell: (user, event) => tell({ type: "Tell", user, event }),
          isConnected: (user) => state.isConnected(user),
        },
        emit: encodes ? encodedReceive(link.receive) : link.receive,
        after,
        parties,
        onIdle: Effect.suspend(() => tell({ type: "Idle", channel })),
      }).pipe(Scope.provide(own), Effect.provideContext(context))
      link.connect(encodes ? encodedInbox(channel) : channel)
      yield* Effect.forkIn(Effect.ensuring(hearOfEnd(channel), Scope.close(own, Exit.void)), scope)
      return { channel, link }
    })

  /** The way to a channel that runs wherever its partition is. */
  const openAnywhere =
    ({ router }: Distributed): Open =>
    (name, _, parties) =>
      Effect.gen(function* () {
        const link = linkTo(name)
        const channel: RemoteChannel = new RemoteChannel({
          name,
          parties,
          router,
          history,
          emit: encodes ? encodedReceive(link.receive) : link.receive,
          window: settings.channelMailbox,
          idle: settings.channelIdle,
          onIdle: Effect.suspend(() => tell({ type: "Idle", channel })),
          onRenamed: (from, to) => renamed(channel, from, to),
          run: (effect) => void run(effect),
          freshId,
        })
        link.connect(encodes ? encodedInbox(channel) : channel)
        yield* Effect.forkIn(hearOfEnd(channel), scope)
        return { channel, link }
      })

  const distributed =
    nodes &&
    Nodes.make({
      nodes,
      peers,
      settings,
      scope: owned,
      stats: () => state.stats(),
      start: ({ epoch, onDone, partition, ...options }) => {
        const fence = epoch === 0 ? undefined : { partition, epoch }
        return Channel.make({
          ...options,
          onIdle: onDone,
          onFenced: onDone,
          fence,
          isOwner: fence && nodes.isLast(fence),
          // Each has a scope of its own.
        }).pipe(Effect.provideContext(Context.omit(Scope.Scope)(context)))
      },
      here: {
        users: () => state.usersHere,
        wish: (user) => {
          const wish = state.wishOf(user)
          return wish && { appearance: wish.appearance, age: Monotonic.millis(clock) - wish.at }
        },
        wished: (user, appearance, age) =>
          void run(
            Effect.flatMap(wish(user, { appearance, at: Monotonic.millis(clock) - age }), ({ appearance, links }) =>
              Effect.forEach(links, (link) => Effect.ignore(link.tell({ type: "SetAppearance", user, appearance }))),
            ).pipe(Effect.ignore),
          ),
        met: (there, yields) => {
          for (const session of state.met(there, yields)) endWhenThere(session)
        },
        reserve: (user) => state.reserveElsewhere(user),
        tell: (user, event) => leaveCommand({ type: "Tell", user, event }),
        isConnected: (user) => state.isConnected(user),
        now: () => Monotonic.millis(clock),
        bring: (user, invitation) =>
          Effect.forEach(
            state.directSessionsOf(user, invitation.other),
            ({ other, session }) => {
              const reachable = gateway.find(session)
              if (reachable === undefined) return Effect.void
              const opened = ask<ChannelLookup, RequestError>(({ reply }) => ({
                type: "Open",
                channel: nameOf(other),
                user: reachable.user,
                account: other,
                reply,
              }))
              return Effect.andThen(Effect.ignore(opened), reachable.enter({ ...invitation, other }))
            },
            { discard: true },
          ),
        disconnect: (message) => {
          const { selection } = message
          if (selection.kind !== "address") {
            return Effect.orElseSucceed(dismiss(selectionOf(selection), disconnectOf(message)), () => none)
          }
          return Effect.sync(() => ({ sessions: endFromHere(gateway, selection.address), whose: undefined }))
        },
        list: (page) => standingsHere(gateway, page),
        run: (effect) => void run(effect),
      },
    })

  /** Ends a session that may be about to sign in: then a little later. */
  const endWhenThere = (session: SessionId, tries = 20): void => {
    const reachable = gateway.find(session)
    if (reachable !== undefined) return reachable.end(taken)
    if (tries > 0 && state.has(session)) gateway.later(5, () => endWhenThere(session, tries - 1))
  }

  /** Ends sessions of this node, and says whose it was where it is one. */
  const dismiss = (selection: Selection, disconnect: Disconnect) =>
    Effect.suspend(() => {
      const one = "session" in selection ? gateway.find(selection.session) : undefined
      const whose = one?.user.name
      return Effect.map(endHere(selection, disconnect), (sessions): Ended => ({ sessions, whose }))
    })

  const open = distributed === undefined ? openHere : openAnywhere(distributed)
  const state: DirectoryState = new DirectoryState(settings, open, gateway.find, distributed?.elsewhere)
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

  const renamed = (channel: Channel.Channel, from: ChannelName, to: ChannelName) =>
    Effect.ignore(ask<void, never>(({ reply }) => ({ type: "Rename", channel, from, to, reply })))
  const wish = (user: UserId, wish: Wish) =>
    ask<WishGranted, never>(({ reply }) => ({ type: "SetAppearance", user, wish, reply }))
  const endHere = (selection: Selection, disconnect: Disconnect) =>
    ask<number, never>(({ reply }) => ({ type: "Disconnect", selection, disconnect, reply }))

  if (distributed !== undefined) yield* distributed.begin

  return Directory.of({
    signIn: (entry) => ask(({ reply }) => ({ type: "SignIn", entry, reply })),
    hold: (session, tokenId) => leaveCommand({ type: "Hold", session, tokenId }),
    signOut: (session) => tell({ type: "SignOut", session }),
    ownerOf: (name) => state.ownerOf(name),
    reserveName: (user) => {
      const isKnown = state.ownerOf(user.name)?.id === user.id
      state.reserveName(user)
      if (!isKnown) distributed?.elsewhere.reserved(user)
    },
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
    bringElsewhere: (channel, user, other, by) => distributed?.elsewhere.bring(channel, user, other, by) ?? Effect.void,
    run: (effect) => void run(effect),
    setAppearance: (user, wished) =>
      Effect.map(wish(user, wished), (granted) => {
        distributed?.elsewhere.wished(user, granted.appearance, Monotonic.millis(clock) - wished.at)
        return granted
      }),
    channelsOf: (user) => ask<ReadonlyArray<ChannelLink>, never>(({ reply }) => ({ type: "ChannelsOf", user, reply })),
    count: (channels) =>
      distributed?.elsewhere.count(channels) ??
      ask<ReadonlyArray<number>, never>(({ reply }) => ({ type: "Count", channels, reply })),
    disconnectHere: endHere,
    disconnect: (selection, disconnect) =>
      Effect.zipWith(
        endHere(selection, disconnect),
        distributed?.elsewhere.disconnect(selection, disconnect) ?? Effect.succeed(none),
        (here, { sessions }) => here + sessions,
      ),
    dismiss: (session, disconnect) =>
      Effect.filterOrElse(
        dismiss({ session }, disconnect),
        ({ sessions }) => sessions > 0,
        (ended) => distributed?.elsewhere.disconnect({ session }, disconnect) ?? Effect.succeed(ended),
      ),
    endFrom: (address) =>
      Effect.suspend(() => {
        const here = endFromHere(gateway, address)
        const elsewhere = distributed?.elsewhere.disconnect({ from: address }, refused) ?? Effect.succeed(none)
        return Effect.map(elsewhere, ({ sessions }) => here + sessions)
      }),
    connections: (page) => distributed?.elsewhere.connections(page) ?? Effect.sync(() => standingsHere(gateway, page)),
    nodes: distributed?.elsewhere.standings(() => Monotonic.millis(clock)) ?? Effect.undefined,
    stats: ask<HubStats, never>(({ reply }) => ({ type: "Stats", reply })),
    sessionsElsewhere: () => distributed?.elsewhere.sessions(),
    figures: () => {
      if (distributed !== undefined) {
        // Those that run here: elsewhere the others are counted.
        const { channels, most, waiting } = distributed.owned.figures
        return { ...state.stats(), channels, waiting: { directory: actor.waiting(), channels: waiting, most } }
      }
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

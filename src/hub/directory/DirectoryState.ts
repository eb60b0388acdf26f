import * as Effect from "effect/Effect"
import { type ChannelName, lobby } from "../../domain/ChannelName.ts"
import { between, isDirect, otherIn } from "../../domain/Direct.ts"
import { Generations } from "../../domain/Generations.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { User, UserId } from "../../domain/User.ts"
import * as NameKey from "../../domain/NameKey.ts"
import type { Reachable } from "../audience/Gateway.ts"
import type { Channel } from "../channel/Channel.ts"
import type { HubSettings } from "../HubSettings.ts"
import type { Elsewhere } from "../nodes/Elsewhere.ts"
import type { UserAt } from "../nodes/UsersElsewhere.ts"
import { refuse, type Reply, succeed } from "./internal/answers.ts"
import { matching } from "./internal/matching.ts"
import type { Open, OpenChannel, Target } from "./OpenChannel.ts"
import {
  add,
  channelsOf,
  type ConnectedSession,
  directSessions,
  hasGuest,
  isEmbedded,
  losers,
  nameReserved,
  none,
  type Online,
  userAt,
} from "./internal/online.ts"
import type {
  DirectoryCommand,
  DirectoryCommandOf,
  DirectSession,
  ChannelLookup,
  HubStats,
  SessionEntry,
  Wish,
} from "./DirectoryCommand.ts"

/** Users whose last wish how to appear is remembered, at least. */
const rememberedWishes = 10_000

/** Names of users inside this program that nobody else gets: those that are connected, and at least so many others. */
const rememberedNames = 10_000

/** The directory's state and what each command does to it: run by the directory's actor alone. */
export class DirectoryState {
  private readonly settings: HubSettings
  private readonly open: Open
  private readonly reachable: (session: SessionId) => Reachable | undefined
  private readonly users = new Map<UserId, Online>()
  /** By the key of their names. Accounts have names of their own; sessions inside this program may share one. */
  private readonly byName = new Map<string, ReadonlyArray<Online>>()
  private readonly byId = new Map<SessionId, Online>()
  /** Keys of the names of users inside this program, and whose they are. */
  private readonly reserved = new Generations<string, User>(rememberedNames)
  /** What users wished last, also of those who have gone: who comes back may bring an older wish. */
  private readonly wishes = new Generations<UserId, Wish>(rememberedWishes)
  readonly channels: Map<ChannelName, OpenChannel> = new Map()
  /** Names that a channel is about to get: until that is stored they lead nowhere. Bounded by the channels. */
  private readonly coming = new Map<ChannelName, OpenChannel>()
  /** Channels that are ending: a new one of the same name starts behind it. */
  private readonly ending = new Map<ChannelName, OpenChannel>()

  /** Undefined where the service is one node. */
  private readonly elsewhere: Elsewhere | undefined

  constructor(
    settings: HubSettings,
    open: Open,
    reachable: (session: SessionId) => Reachable | undefined,
    elsewhere?: Elsewhere,
  ) {
    this.settings = settings
    this.open = open
    this.reachable = reachable
    this.elsewhere = elsewhere
  }

  apply(command: DirectoryCommand): Effect.Effect<void> | undefined {
    switch (command.type) {
      case "Find":
        return this.find(command)
      case "Open":
        return this.openChannel(command)
      case "Idle":
        return this.idle(command)
      case "Reserve":
        return this.reserve(command)
      case "Rename":
        return this.rename(command)
      case "Tell":
        return this.tell(command)
      case "Reach":
        return this.reach(command)
      case "Bring":
        return this.bring(command)
      case "SetAppearance":
        return this.setAppearance(command)
      case "SignIn":
        return this.signIn(command)
      case "SignOut":
        return this.signOut(command)
      case "Hold":
        return this.hold(command)
      case "Left":
        return this.left(command)
      case "Stopped":
        return this.stopped(command)
      case "ChannelsOf":
        return succeed(command, channelsOf(this.users.get(command.user)))
      case "Count":
        return succeed(command, this.count(command))
      case "Disconnect":
        return succeed(command, this.disconnect(command))
      case "Stats":
        return succeed(command, this.stats())
    }
  }

  /** Whose a name is that is reserved for a user inside this program; undefined where it is not. */
  ownerOf(name: string): User | undefined {
    const key = NameKey.key(name)
    return this.reserved.get(key) ?? this.byName.get(key)?.find(isEmbedded)?.user
  }

  /** Reserves the name of a user inside this program, and ends the sessions of whoever has come under it before. */
  reserveName(owner: User): void {
    const key = NameKey.key(owner.name)
    this.reserved.set(key, owner)
    for (const { sessions, user } of this.byName.get(key) ?? []) {
      if (user.id === owner.id) continue
      for (const { entry } of sessions.values()) {
        if (!entry.embedded) this.reachable(entry.session)?.end(nameReserved)
      }
    }
  }

  /** Somebody is connected elsewhere: gives the sessions here that are to end for that. */
  met(there: UserAt, yields: boolean): ReadonlyArray<SessionId> {
    const { embedded, user } = there
    if (embedded) this.reserveElsewhere(user)
    return losers(this.byName.get(NameKey.key(user.name)) ?? [], there, yields)
  }

  /** A name is reserved at another node, for whom it is not somebody's here. */
  reserveElsewhere(user: User): void {
    if ((this.ownerOf(user.name) ?? user).id === user.id) this.reserveName(user)
  }

  readonly has = (session: SessionId): boolean => this.byId.has(session)

  /** Whether somebody is connected here; a guest has a new id each time, and the name. */
  readonly isConnected = ({ id, name, role }: User): boolean =>
    this.users.has(id) || (role === "guest" && this.byName.has(NameKey.key(name)))

  private session(id: SessionId): ConnectedSession | undefined {
    return this.byId.get(id)?.sessions.get(id)
  }

  private signIn({ entry, reply }: DirectoryCommandOf<"SignIn">): undefined {
    const { embedded, exclusive, session, user } = entry
    const key = NameKey.key(user.name)
    const owner = this.ownerOf(user.name)
    const online = this.users.get(user.id) ?? { user, sessions: new Map(), appearance: { status: "online" } }
    const isTaken =
      (owner !== undefined && !embedded && owner.id !== user.id) ||
      (exclusive && online.sessions.size > 0) ||
      (exclusive && this.elsewhere !== undefined && this.elsewhere.at(user.id).length > 0) ||
      // Another guest has the name, or somebody whose account came later.
      (user.role === "guest" && !embedded && this.isOfAnother(key, online))
    if (isTaken) return refuse({ reply }, "UsernameTaken")
    if (embedded) this.reserveName(user)
    online.sessions.set(session, { entry, channels: none, brought: none })
    if (!this.users.has(user.id)) {
      this.users.set(user.id, online)
      this.byName.set(key, [...(this.byName.get(key) ?? []), online])
    }
    this.byId.set(session, online)
    this.elsewhere?.changed(userAt(online))
    return succeed({ reply }, undefined)
  }

  private isOfAnother(key: string, online: Online): boolean {
    if (this.byName.get(key)?.some((other) => other !== online) === true) return true
    return this.elsewhere?.hasNamesake(online.user) === true
  }

  private hold({ session, tokenId }: DirectoryCommandOf<"Hold">): undefined {
    const connected = this.session(session)
    if (connected !== undefined) connected.entry = { ...connected.entry, tokenId }
  }

  private signOut({ session }: DirectoryCommandOf<"SignOut">): undefined {
    const online = this.byId.get(session)
    if (online === undefined) return
    this.byId.delete(session)
    online.sessions.delete(session)
    this.elsewhere?.changed(userAt(online))
    if (online.sessions.size > 0) return
    this.users.delete(online.user.id)
    // The next guest of this name is somebody else.
    if (online.user.role === "guest") this.wishes.delete(online.user.id)
    const name = NameKey.key(online.user.name)
    const namesakes = this.byName.get(name)?.filter((other) => other !== online) ?? []
    if (namesakes.length === 0) this.byName.delete(name)
    else this.byName.set(name, namesakes)
  }

  private left({ link, session }: DirectoryCommandOf<"Left">): undefined {
    const connected = this.session(session)
    connected?.channels.delete(link)
    connected?.brought.delete(link)
  }

  private find({ account, channel, reply, session }: DirectoryCommandOf<"Find">): Effect.Effect<void> | undefined {
    const online = this.byId.get(session)
    const connected = online?.sessions.get(session)
    if (online === undefined || connected === undefined) return refuse({ reply }, "NotAuthenticated")
    const target = this.target(online.user, channel, account)
    if (target === undefined) return refuse({ reply }, "NoSuchUser")
    const { brought, channels } = connected
    const open = this.channels.get(target.name)
    const isIn = open !== undefined && (channels.has(open.link) || brought.has(open.link))
    if (!isIn && channels.size >= this.settings.maxMemberships) return refuse({ reply }, "TooManyMemberships")
    return this.withOpen(target, reply, ({ link }) => {
      if (!isIn) add(connected, "channels", link)
      return { link, other: target.other, appearance: online.appearance }
    })
  }

  private openChannel({ account, channel, reply, user }: DirectoryCommandOf<"Open">): Effect.Effect<void> | undefined {
    const target = this.target(user, channel, account)
    if (target === undefined) return refuse({ reply }, "NoSuchUser")
    return this.withOpen(target, reply, ({ link }) => ({ link, other: target.other }))
  }

  /** What a name means to the user who says it; undefined where nobody is meant. */
  target(user: User, channel: ChannelName, account: User | undefined): Target | undefined {
    if (!isDirect(channel)) return { name: channel, other: undefined, parties: [] }
    const other = account ?? this.named(otherIn(channel))
    if (other === undefined) return undefined
    const parties = hasGuest(user, other) ? [] : [...new Set([user.id, other.id])]
    return { name: between(user.id, other.id), other, parties }
  }

  /** Answers with something of the channel, which is started if it does not run; refuses where no more can be open. */
  private withOpen<A extends ChannelLookup>(
    { name, parties }: Target,
    reply: Reply<A>["reply"],
    answer: (open: OpenChannel) => A,
  ): Effect.Effect<void> | undefined {
    const open = this.channels.get(name)
    if (open !== undefined) return succeed({ reply }, answer(open))
    if (this.coming.has(name)) return refuse({ reply }, "Unavailable")
    if (this.channels.size >= this.settings.maxChannels && name !== lobby) return refuse({ reply }, "TooManyChannels")
    const after = this.ending.get(name)?.channel.stopped ?? Effect.void
    return Effect.map(this.open(name, after, parties), (started) => {
      this.channels.set(name, started)
      succeed({ reply }, answer(started))
    })
  }

  private reserve({ channel, name, reply }: DirectoryCommandOf<"Reserve">): undefined {
    const open = this.running(channel)
    if (this.channels.has(name) || this.ending.has(name) || this.coming.has(name) || open === undefined) {
      return refuse({ reply }, "ChannelExists")
    }
    this.coming.set(name, open)
    return succeed({ reply }, undefined)
  }

  /** The channel is called so now; `from` is its name of before, or the one that it did not get. */
  private rename({ channel, from, reply, to }: DirectoryCommandOf<"Rename">): Effect.Effect<void> | undefined {
    // The way to whatever was looked for by this name before.
    const former = this.channels.get(to)
    for (const name of [from, to]) {
      const open = this.coming.get(name) ?? this.channels.get(name)
      if (open?.channel !== channel) continue
      this.coming.delete(name)
      this.channels.delete(name)
      this.channels.set(to, open)
    }
    succeed({ reply }, undefined)
    return former === undefined || former.channel === channel ? undefined : former.channel.close
  }

  private running(channel: Channel): OpenChannel | undefined {
    const open = this.channels.get(channel.name) ?? this.ending.get(channel.name)
    return open?.channel === channel ? open : undefined
  }

  tell({ event, user }: Pick<DirectoryCommandOf<"Tell">, "event" | "user">): undefined {
    for (const session of this.users.get(user)?.sessions.keys() ?? []) this.reachable(session)?.tell(event)
  }

  /** Who is connected by this name. */
  private named(name: string): User | undefined {
    const online = this.byName.get(NameKey.key(name))?.find(({ user }) => NameKey.isSame(user.name, name))
    return online?.user ?? this.elsewhere?.named(name)
  }

  private reach({ other, reply, user }: DirectoryCommandOf<"Reach">): undefined {
    const here = this.users.get(user.id)
    const there = this.users.get(other.id)
    const afar = this.elsewhere?.at(other.id) ?? []
    const isHere = there !== undefined || afar.length > 0
    if (!isHere && hasGuest(user, other)) return refuse({ reply }, "NoSuchUser")
    const own = directSessions(here, other)
    const theirs = there === here ? own : directSessions(there, user)
    const hears = theirs.length > 0 || afar.some(([, { direct }]) => direct)
    if (isHere && !hears) return refuse({ reply }, "Unreachable")
    return succeed({ reply }, there === here ? own : [...own, ...theirs])
  }

  private bring({ channel, reply, session }: DirectoryCommandOf<"Bring">): undefined {
    const online = this.byId.get(session)
    const connected = online?.sessions.get(session)
    const open = this.channels.get(channel)
    if (online === undefined || connected === undefined) return refuse({ reply }, "NotAuthenticated")
    if (open === undefined) return refuse({ reply }, "Unavailable")
    if (!connected.channels.has(open.link)) add(connected, "brought", open.link)
    return succeed({ reply }, { link: open.link, appearance: online.appearance })
  }

  /** The channel's mailbox is closed; whoever was just about to join asks for it again. */
  private idle({ channel }: DirectoryCommandOf<"Idle">): Effect.Effect<void> | undefined {
    const { name } = channel
    const open = this.channels.get(name)
    if (open?.channel !== channel) return undefined
    this.channels.delete(name)
    this.ending.set(name, open)
    // It announces its end by `Stopped`: the directory does not wait for it.
    return channel.close
  }

  private stopped({ channel }: DirectoryCommandOf<"Stopped">): undefined {
    for (const names of [this.ending, this.channels, this.coming]) {
      if (names.get(channel.name)?.channel === channel) names.delete(channel.name)
      // It may have ended between two names.
      else for (const [name, open] of names) if (open.channel === channel) names.delete(name)
    }
  }

  private setAppearance(command: DirectoryCommandOf<"SetAppearance">): undefined {
    const { user, wish } = command
    const known = this.wishes.get(user)
    const newest = known !== undefined && known.at > wish.at ? known : wish
    this.wishes.set(user, newest)
    const { appearance } = newest
    const online = this.users.get(user)
    if (online !== undefined) online.appearance = appearance
    return succeed(command, { appearance, links: channelsOf(online) })
  }

  /** Who is connected to this node. */
  get usersHere(): ReadonlyArray<UserAt> {
    return Array.from(this.users.values(), userAt)
  }

  /** What a user of this node wished last. */
  wishOf(user: UserId): Wish | undefined {
    return this.users.has(user) ? this.wishes.get(user) : undefined
  }

  /** The sessions of a user here that can be brought into a direct conversation. */
  directSessionsOf(user: UserId, other: User): ReadonlyArray<DirectSession> {
    return directSessions(this.users.get(user), other)
  }

  private count({ channels }: DirectoryCommandOf<"Count">): ReadonlyArray<number> {
    return channels.map((name) => this.channels.get(name)?.channel.summary().count ?? 0)
  }

  /** Ends sessions, and says how many. They sign out by themselves. */
  disconnect({ disconnect, selection }: Pick<DirectoryCommandOf<"Disconnect">, "disconnect" | "selection">): number {
    let ended = 0
    const end = (online: Online | undefined, matches: (entry: SessionEntry) => boolean) => {
      for (const { entry } of online?.sessions.values() ?? []) {
        if (!matches(entry)) continue
        this.reachable(entry.session)?.end(disconnect)
        ended++
      }
    }
    const matches = matching(selection)
    if ("session" in selection) end(this.byId.get(selection.session), matches)
    else if ("user" in selection) end(this.users.get(selection.user), matches)
    else for (const online of this.users.values()) end(online, matches)
    return ended
  }

  stats(): HubStats {
    let memberships = 0
    for (const online of this.users.values()) {
      for (const { brought, channels } of online.sessions.values()) memberships += channels.size + brought.size
    }
    return { users: this.users.size, sessions: this.byId.size, channels: this.channels.size, memberships }
  }
}

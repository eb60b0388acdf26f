import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ActorUnavailable } from "../../actor/Actor.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { between, isDirect, otherIn } from "../../domain/Direct.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import { TokenBucket } from "../../domain/TokenBucket.ts"
import type { User, UserId } from "../../domain/User.ts"
import * as Username from "../../domain/Username.ts"
import { RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"
import type { Channel } from "../Channel.ts"
import type { Command, HubStats, Reached, SessionEntry } from "../Hub.ts"
import type { HubSettings } from "../HubSettings.ts"
import type { Appearance } from "../Presence.ts"

type CommandOf<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>

interface Online {
  readonly user: User
  readonly sessions: Map<SessionId, Connected>
  readonly publishing: TokenBucket | undefined
  appearance: Appearance
}

interface Connected {
  readonly entry: SessionEntry
  /** Those it entered, and the direct conversations it was brought into; none is in both. Changed by `add` alone. */
  channels: Set<ChannelName>
  brought: Set<ChannelName>
}

/** What a session is in that is in nothing: most have no direct conversation, and many no channel. Never added to. */
const none: Set<ChannelName> = new Set()

const add = (connected: Connected, where: "channels" | "brought", name: ChannelName): void => {
  if (connected[where] === none) connected[where] = new Set()
  connected[where].add(name)
}

/** Starts a channel behind the end of another. */
export type Open = (
  name: ChannelName,
  after: Effect.Effect<void>,
  parties: ReadonlyArray<UserId>,
) => Effect.Effect<Channel>

/** A channel as whoever names it means it. */
interface Target {
  readonly name: ChannelName
  /** Of a direct conversation, with whom. */
  readonly other: User | undefined
  readonly parties: ReadonlyArray<UserId>
}

/** The hub's state and what each command does to it: run by the hub's actor alone. */
export class HubState {
  private readonly settings: HubSettings
  private readonly open: Open
  private readonly users = new Map<UserId, Online>()
  /** By the key of their names. Accounts have names of their own; sessions inside this program may share one. */
  private readonly byName = new Map<string, ReadonlyArray<Online>>()
  private readonly byId = new Map<SessionId, Online>()
  private readonly channels = new Map<ChannelName, Channel>()
  /** Channels that are ending: a new one of the same name starts behind it. */
  private readonly ending = new Map<ChannelName, Channel>()

  constructor(settings: HubSettings, open: Open) {
    this.settings = settings
    this.open = open
  }

  apply(command: Command, now: number): Effect.Effect<void> {
    switch (command.type) {
      case "Find":
        return this.find(command)
      case "Open":
        return this.openChannel(command)
      case "Reserve":
        return Effect.sync(() => this.reserve(command))
      case "Rename":
        return Effect.sync(() => this.rename(command))
      case "Tell":
        return Effect.sync(() => this.tell(command))
      case "Reach":
        return Effect.sync(() => this.reach(command))
      case "Bring":
        return Effect.sync(() => this.bring(command))
      case "Idle":
        return this.idle(command)
      case "SetAppearance":
        return Effect.sync(() => this.setAppearance(command))
      case "SignIn":
        return Effect.sync(() => this.signIn(command, now))
      case "SignOut":
        return Effect.sync(() => this.signOut(command))
      case "Left":
        return Effect.sync(() => this.left(command))
      case "Stopped":
        return Effect.sync(() => this.stopped(command))
      case "Count":
        return Effect.sync(() => void Deferred.doneUnsafe(command.reply, Exit.succeed(this.count(command))))
      case "Disconnect":
        return Effect.sync(() => void Deferred.doneUnsafe(command.reply, Exit.succeed(this.disconnect(command))))
      case "Stats":
        return Effect.sync(() => void Deferred.doneUnsafe(command.reply, Exit.succeed(this.stats())))
    }
  }

  private session(id: SessionId): Connected | undefined {
    return this.byId.get(id)?.sessions.get(id)
  }

  private signIn({ entry, reply }: CommandOf<"SignIn">, now: number): void {
    const { exclusive, session, user } = entry
    const { publishing } = this.settings
    const online = this.users.get(user.id) ?? {
      user,
      sessions: new Map(),
      publishing: publishing === undefined ? undefined : new TokenBucket(publishing, now),
      appearance: { status: "online" },
    }
    if (exclusive && online.sessions.size > 0) {
      return void Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason: "UsernameTaken" })))
    }
    online.sessions.set(session, { entry, channels: none, brought: none })
    if (!this.users.has(user.id)) {
      this.users.set(user.id, online)
      const name = Username.key(online.user.name)
      this.byName.set(name, [...(this.byName.get(name) ?? []), online])
    }
    this.byId.set(session, online)
    Deferred.doneUnsafe(reply, Exit.succeed({ publishing: online.publishing }))
  }

  private signOut({ session }: CommandOf<"SignOut">): void {
    const online = this.byId.get(session)
    if (online === undefined) return
    this.byId.delete(session)
    online.sessions.delete(session)
    if (online.sessions.size > 0) return
    this.users.delete(online.user.id)
    const name = Username.key(online.user.name)
    const namesakes = this.byName.get(name)?.filter((other) => other !== online) ?? []
    if (namesakes.length === 0) this.byName.delete(name)
    else this.byName.set(name, namesakes)
  }

  private left({ channel, session }: CommandOf<"Left">): void {
    const connected = this.session(session)
    connected?.channels.delete(channel)
    connected?.brought.delete(channel)
  }

  private find({ account, channel, reply, session }: CommandOf<"Find">): Effect.Effect<void> {
    const online = this.byId.get(session)
    const connected = online?.sessions.get(session)
    const target = this.target(online, channel, account)
    if (online === undefined || connected === undefined || target instanceof RequestError) {
      return refusing(reply, target instanceof RequestError ? target.reason : "NotAuthenticated")
    }
    const { name, other } = target
    const { brought, channels } = connected
    const isIn = channels.has(name) || brought.has(name)
    if (!isIn && channels.size >= this.settings.maxMemberships) return refusing(reply, "TooManyMemberships")
    const found = this.getOrStart(target)
    if (found === undefined) return refusing(reply, "TooManyChannels")
    return Effect.map(found, (channel) => {
      if (!isIn) add(connected, "channels", name)
      Deferred.doneUnsafe(reply, Exit.succeed({ channel, appearance: online.appearance, other }))
    })
  }

  private openChannel({ account, channel, reply, session }: CommandOf<"Open">): Effect.Effect<void> {
    const target = this.target(this.byId.get(session), channel, account)
    if (target instanceof RequestError) return refusing(reply, target.reason)
    const found = this.getOrStart(target)
    if (found === undefined) return refusing(reply, "TooManyChannels")
    return Effect.map(
      found,
      (channel) => void Deferred.doneUnsafe(reply, Exit.succeed({ channel, other: target.other })),
    )
  }

  /** What a name means to whoever says it. */
  private target(online: Online | undefined, channel: ChannelName, account: User | undefined): Target | RequestError {
    if (online === undefined) return new RequestError({ reason: "NotAuthenticated" })
    if (!isDirect(channel)) return { name: channel, other: undefined, parties: [] }
    const other = account ?? this.named(otherIn(channel))
    if (other === undefined) return new RequestError({ reason: "NoSuchUser" })
    return {
      name: between(online.user.id, other.id),
      other,
      parties: hasGuest(online.user, other) ? [] : [...new Set([online.user.id, other.id])],
    }
  }

  /** Undefined where no more can be open. */
  private getOrStart({ name, parties }: Target): Effect.Effect<Channel> | undefined {
    const found = this.channels.get(name)
    if (found !== undefined) return Effect.succeed(found)
    return this.channels.size >= this.settings.maxChannels ? undefined : this.start(name, parties)
  }

  private reserve({ channel, name, reply }: CommandOf<"Reserve">): void {
    if (this.channels.has(name) || this.ending.has(name)) {
      return void Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason: "ChannelExists" })))
    }
    this.channels.set(name, channel)
    Deferred.doneUnsafe(reply, Exit.void)
  }

  private rename({ channel, from, reply, to }: CommandOf<"Rename">): void {
    if (this.channels.get(from) === channel) this.channels.delete(from)
    for (const online of this.users.values()) {
      for (const { brought, channels } of online.sessions.values()) {
        for (const names of [brought, channels]) if (names.delete(from)) names.add(to)
      }
    }
    Deferred.doneUnsafe(reply, Exit.void)
  }

  private tell({ frame, user }: CommandOf<"Tell">): void {
    for (const { entry } of this.users.get(user)?.sessions.values() ?? []) entry.tell?.(frame)
  }

  /** Who is connected by this name. */
  private named(name: string): User | undefined {
    const [online] = this.byName.get(Username.key(name)) ?? []
    return online?.user
  }

  private reach({ other, reply, session }: CommandOf<"Reach">): void {
    const refuse = (reason: RequestErrorReason) =>
      void Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason })))
    const online = this.byId.get(session)
    if (online === undefined) return refuse("NotAuthenticated")
    const there = this.users.get(other.id)
    if (there === undefined && hasGuest(online.user, other)) return refuse("NoSuchUser")
    const own = reachable(online, other)
    const theirs = there === undefined || there === online ? own : reachable(there, online.user)
    if (there !== undefined && theirs.length === 0) return refuse("Unreachable")
    Deferred.doneUnsafe(reply, Exit.succeed(theirs === own ? own : [...own, ...theirs]))
  }

  private bring({ channel, reply, session }: CommandOf<"Bring">): void {
    const online = this.byId.get(session)
    const connected = online?.sessions.get(session)
    if (online === undefined || connected === undefined) {
      return void Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason: "NotAuthenticated" })))
    }
    if (!connected.channels.has(channel)) add(connected, "brought", channel)
    Deferred.doneUnsafe(reply, Exit.succeed(online.appearance))
  }

  private start(name: ChannelName, parties: ReadonlyArray<UserId>): Effect.Effect<Channel> {
    return Effect.tap(this.open(name, this.ending.get(name)?.stopped ?? Effect.void, parties), (channel) =>
      Effect.sync(() => void this.channels.set(name, channel)),
    )
  }

  /** The channel's mailbox is closed; whoever was just about to join asks for it again. */
  private idle({ channel }: CommandOf<"Idle">): Effect.Effect<void> {
    const { name } = channel
    if (this.channels.get(name) !== channel) return Effect.void
    this.channels.delete(name)
    this.ending.set(name, channel)
    // It announces its end by `Stopped`: the hub does not wait for it.
    return channel.close
  }

  private stopped({ channel }: CommandOf<"Stopped">): void {
    // It may have ended between two names.
    for (const names of [this.ending, this.channels]) {
      for (const name of [channel.name, ...(names.get(channel.name) === channel ? [] : names.keys())]) {
        if (names.get(name) === channel) names.delete(name)
      }
    }
  }

  private setAppearance({ appearance, reply, user }: CommandOf<"SetAppearance">): void {
    const online = this.users.get(user)
    if (online !== undefined) online.appearance = appearance
    const names = new Set(
      [...(online?.sessions.values() ?? [])].flatMap(({ brought, channels }) => [...channels, ...brought]),
    )
    Deferred.doneUnsafe(reply, Exit.succeed([...names].flatMap((name) => this.channels.get(name) ?? [])))
  }

  private count({ channels }: CommandOf<"Count">): ReadonlyArray<number> {
    return channels.map((name) => this.channels.get(name)?.summary().count ?? 0)
  }

  /** Ends sessions, and says how many. They sign out by themselves. */
  disconnect({ disconnect, selection }: Pick<CommandOf<"Disconnect">, "disconnect" | "selection">): number {
    let ended = 0
    const end = (online: Online | undefined, matches: (entry: SessionEntry) => boolean) => {
      for (const { entry } of online?.sessions.values() ?? []) {
        if (!matches(entry)) continue
        entry.end(disconnect)
        ended++
      }
    }
    if ("user" in selection) end(this.users.get(selection.user), () => true)
    else {
      const matches = "token" in selection ? (entry: SessionEntry) => entry.tokenId === selection.token : () => true
      for (const online of this.users.values()) end(online, matches)
    }
    return ended
  }

  private stats(): HubStats {
    let memberships = 0
    for (const online of this.users.values()) {
      for (const { brought, channels } of online.sessions.values()) memberships += channels.size + brought.size
    }
    return { users: this.users.size, sessions: this.byId.size, channels: this.channels.size, memberships }
  }
}

/** Then nothing that is said can wait for who is not there: the name may be somebody else's next. */
const hasGuest = (one: User, other: User): boolean => one.role === "guest" || other.role === "guest"

/** The sessions of one that can be brought into the conversation with the other. */
const reachable = ({ sessions }: Online, other: User): ReadonlyArray<Reached> =>
  [...sessions.values()].flatMap(({ entry: { enter } }) => (enter === undefined ? [] : { enter, other }))

const refusing = <A>(reply: Deferred.Deferred<A, RequestError | ActorUnavailable>, reason: RequestErrorReason) =>
  Effect.sync(() => void Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason }))))

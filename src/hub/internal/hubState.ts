import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { between, isDirect, otherIn } from "../../domain/Direct.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import { TokenBucket } from "../../domain/TokenBucket.ts"
import type { User, UserId } from "../../domain/User.ts"
import * as Username from "../../domain/Username.ts"
import { RequestError, type RequestErrorReason } from "../../protocol/RequestError.ts"
import type { Channel } from "../Channel.ts"
import type { ChannelPage, Command, HubStats, Reached, SessionEntry } from "../Hub.ts"
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
  /** Those it entered, and the direct conversations it was brought into; none is in both. */
  readonly channels: Set<ChannelName>
  readonly brought: Set<ChannelName>
}

/** Starts a channel behind the end of another. */
export type Open = (
  name: ChannelName,
  after: Effect.Effect<void>,
  parties: ReadonlyArray<UserId>,
) => Effect.Effect<Channel>

const pageSize = 100

/** The hub's state and what each command does to it: run by the hub's actor alone. */
export class HubState {
  private readonly settings: HubSettings
  private readonly open: Open
  private readonly users = new Map<UserId, Online>()
  /** By the key of their names. Accounts have names of their own; sessions inside this program may share one. */
  private readonly byName = new Map<string, Set<Online>>()
  private readonly byId = new Map<SessionId, Online>()
  private readonly channels = new Map<ChannelName, Channel>()
  /** Channels that are ending: a new one of the same name starts behind it. */
  private readonly ending = new Map<ChannelName, Channel>()
  /** The names in their order, made when somebody asks. */
  private names: ReadonlyArray<ChannelName> | undefined

  constructor(settings: HubSettings, open: Open) {
    this.settings = settings
    this.open = open
  }

  apply(command: Command, now: number): Effect.Effect<void> {
    switch (command.type) {
      case "Find":
        return this.find(command)
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
      case "List":
        return Effect.sync(() => void Deferred.doneUnsafe(command.reply, Exit.succeed(this.page(command.after))))
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
    online.sessions.set(session, { entry, channels: new Set(), brought: new Set() })
    this.users.set(user.id, online)
    const name = Username.key(online.user.name)
    this.byName.set(name, (this.byName.get(name) ?? new Set()).add(online))
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
    const namesakes = this.byName.get(name)
    namesakes?.delete(online)
    if (namesakes?.size === 0) this.byName.delete(name)
  }

  private left({ channel, session }: CommandOf<"Left">): void {
    const connected = this.session(session)
    connected?.channels.delete(channel)
    connected?.brought.delete(channel)
  }

  private find({ account, channel, reply, session }: CommandOf<"Find">): Effect.Effect<void> {
    const online = this.byId.get(session)
    const connected = online?.sessions.get(session)
    const refuse = (reason: RequestErrorReason) =>
      Effect.sync(() => void Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason }))))
    if (online === undefined || connected === undefined) return refuse("NotAuthenticated")
    const other = isDirect(channel) ? (account ?? this.named(otherIn(channel))) : undefined
    if (isDirect(channel) && other === undefined) return refuse("NoSuchUser")
    const name = other === undefined ? channel : between(online.user.id, other.id)
    const { brought, channels } = connected
    const isIn = channels.has(name) || brought.has(name)
    if (!isIn && channels.size >= this.settings.maxMemberships) return refuse("TooManyMemberships")
    const found = this.channels.get(name)
    if (found === undefined && this.channels.size >= this.settings.maxChannels) return refuse("TooManyChannels")
    const parties = other === undefined || hasGuest(online.user, other) ? [] : [...new Set([online.user.id, other.id])]
    return Effect.map(found === undefined ? this.start(name, parties) : Effect.succeed(found), (channel) => {
      if (!isIn) channels.add(name)
      Deferred.doneUnsafe(reply, Exit.succeed({ channel, appearance: online.appearance, other }))
    })
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
    if (!connected.channels.has(channel)) connected.brought.add(channel)
    Deferred.doneUnsafe(reply, Exit.succeed(online.appearance))
  }

  private start(name: ChannelName, parties: ReadonlyArray<UserId>): Effect.Effect<Channel> {
    return Effect.tap(this.open(name, this.ending.get(name)?.stopped ?? Effect.void, parties), (channel) =>
      Effect.sync(() => {
        this.channels.set(name, channel)
        this.names = undefined
      }),
    )
  }

  /** The channel's mailbox is closed; whoever was just about to join asks for it again. */
  private idle({ channel: name }: CommandOf<"Idle">): Effect.Effect<void> {
    const channel = this.channels.get(name)
    if (channel === undefined) return Effect.void
    this.channels.delete(name)
    this.names = undefined
    this.ending.set(name, channel)
    // It announces its end by `Stopped`: the hub does not wait for it.
    return channel.close
  }

  private stopped({ channel }: CommandOf<"Stopped">): void {
    if (this.ending.get(channel.name) === channel) this.ending.delete(channel.name)
    if (this.channels.get(channel.name) !== channel) return
    this.channels.delete(channel.name)
    this.names = undefined
  }

  private setAppearance({ appearance, reply, user }: CommandOf<"SetAppearance">): void {
    const online = this.users.get(user)
    if (online !== undefined) online.appearance = appearance
    const names = new Set(
      [...(online?.sessions.values() ?? [])].flatMap(({ brought, channels }) => [...channels, ...brought]),
    )
    Deferred.doneUnsafe(reply, Exit.succeed([...names].flatMap((name) => this.channels.get(name) ?? [])))
  }

  private page(after: ChannelName | undefined): ChannelPage {
    this.names ??= [...this.channels.keys()].filter((name) => !isDirect(name)).sort()
    const from = after === undefined ? 0 : this.names.findIndex((name) => name > after)
    if (from === -1) return { channels: [] }
    const page = this.names.slice(from, from + pageSize)
    return {
      channels: page.map((channel) => ({ channel, ...this.channels.get(channel)!.summary() })),
      next: from + pageSize < this.names.length ? page.at(-1) : undefined,
    }
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

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import { TokenBucket } from "../../domain/TokenBucket.ts"
import type { User, UserId } from "../../domain/User.ts"
import { RequestError, type RequestErrorReason } from "../../protocol/RequestError.ts"
import type { Channel } from "../Channel.ts"
import type { ChannelPage, Command, HubStats, SessionEntry } from "../Hub.ts"
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
  readonly channels: Set<ChannelName>
}

const pageSize = 100

/** The hub's state and what each command does to it: run by the hub's actor alone. */
export class HubState {
  private readonly settings: HubSettings
  private readonly open: (name: ChannelName, after: Effect.Effect<void>) => Effect.Effect<Channel>
  private readonly users = new Map<UserId, Online>()
  private readonly byId = new Map<SessionId, Online>()
  private readonly channels = new Map<ChannelName, Channel>()
  /** Channels that are ending: a new one of the same name starts behind it. */
  private readonly ending = new Map<ChannelName, Channel>()
  /** The names in their order, made when somebody asks. */
  private names: ReadonlyArray<ChannelName> | undefined

  constructor(settings: HubSettings, open: HubState["open"]) {
    this.settings = settings
    this.open = open
  }

  apply(command: Command, now: number): Effect.Effect<void> {
    switch (command.type) {
      case "Find":
        return this.find(command)
      case "Idle":
        return this.idle(command)
      case "SetAppearance":
        return Effect.sync(() => this.setAppearance(command))
      case "SignIn":
        return Effect.sync(() => this.signIn(command, now))
      case "SignOut":
        return Effect.sync(() => this.signOut(command))
      case "Left":
        return Effect.sync(() => void this.session(command.session)?.channels.delete(command.channel))
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
    online.sessions.set(session, { entry, channels: new Set() })
    this.users.set(user.id, online)
    this.byId.set(session, online)
    Deferred.doneUnsafe(reply, Exit.succeed({ publishing: online.publishing }))
  }

  private signOut({ session }: CommandOf<"SignOut">): void {
    const online = this.byId.get(session)
    if (online === undefined) return
    this.byId.delete(session)
    online.sessions.delete(session)
    if (online.sessions.size === 0) this.users.delete(online.user.id)
  }

  private find({ channel: name, reply, session }: CommandOf<"Find">): Effect.Effect<void> {
    const online = this.byId.get(session)
    const memberships = online?.sessions.get(session)?.channels
    const refuse = (reason: RequestErrorReason) =>
      Effect.sync(() => void Deferred.doneUnsafe(reply, Exit.fail(new RequestError({ reason }))))
    if (online === undefined || memberships === undefined) return refuse("NotAuthenticated")
    if (!memberships.has(name) && memberships.size >= this.settings.maxMemberships) return refuse("TooManyMemberships")
    const found = this.channels.get(name)
    if (found === undefined && this.channels.size >= this.settings.maxChannels) return refuse("TooManyChannels")
    return Effect.map(found === undefined ? this.start(name) : Effect.succeed(found), (channel) => {
      memberships.add(name)
      Deferred.doneUnsafe(reply, Exit.succeed({ channel, appearance: online.appearance }))
    })
  }

  private start(name: ChannelName): Effect.Effect<Channel> {
    return Effect.tap(this.open(name, this.ending.get(name)?.stopped ?? Effect.void), (channel) =>
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
    const names = new Set([...(online?.sessions.values() ?? [])].flatMap(({ channels }) => [...channels]))
    Deferred.doneUnsafe(reply, Exit.succeed([...names].flatMap((name) => this.channels.get(name) ?? [])))
  }

  private page(after: ChannelName | undefined): ChannelPage {
    this.names ??= [...this.channels.keys()].sort()
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
      for (const { channels } of online.sessions.values()) memberships += channels.size
    }
    return { users: this.users.size, sessions: this.byId.size, channels: this.channels.size, memberships }
  }
}

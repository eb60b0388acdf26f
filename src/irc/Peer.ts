/** What is known of a client beside its session: what it asked for, who it is, and what it is being answered. */
import * as Effect from "effect/Effect"
import type { PresentUser } from "../domain/Appearance.ts"
import type { Welcome } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { ChannelRole } from "../domain/ChannelRole.ts"
import { isDirect } from "../domain/Direct.ts"
import { MessageId } from "../domain/MessageId.ts"
import type { User } from "../domain/User.ts"
import type { Protocol } from "../session/Protocol.ts"
import type { Session } from "../session/Session.ts"
import { Answer } from "./Answer.ts"
import { type Capability, speechOf } from "./Capability.ts"
import type { IrcSettings } from "./IrcSettings.ts"
import type { Comings } from "./Comings.ts"
import { format, gathered, tagged } from "./Line.ts"
import { keyOf, nickOf, targetOf } from "./Names.ts"
import { OwnWords } from "./OwnWords.ts"
import type { OpenBatch } from "./OpenBatch.ts"
import { Watched } from "./Watched.ts"
import { bytesOf, joinLine, prefixOf, sourceOf } from "./Writing.ts"

/** What all clients share. */
export interface Irc {
  readonly settings: IrcSettings
  readonly comings: Comings
  readonly protocolFor: (capabilities: ReadonlySet<Capability>) => Protocol<Session>
}

/** What a client has said of itself before it is let in. */
interface Asked {
  nick?: string
  realName?: string
  password?: string
}

/** Roles in a channel, by the keys of nicks. */
export type Roles = ReadonlyMap<string, ChannelRole>

const noRoles: Roles = new Map()

export class Peer {
  readonly session: Session
  readonly irc: Irc
  readonly capabilities = new Set<Capability>()
  readonly asked: Asked = {}
  readonly watched = new Watched()
  /** It is asking for capabilities, and is let in when it has done so. */
  negotiating = false
  /** It knows the newer words of that. */
  is302 = false
  /** How it is proving who it is, and what has come of that. */
  sasl: { readonly mechanism: "PLAIN" | "EXTERNAL"; data: string } | undefined
  /** Who it is, and how it comes in as that. */
  proved: { readonly user: User; readonly enter: Effect.Effect<unknown, unknown> } | undefined
  own: OwnWords | undefined
  /** What it is saying line by line. */
  batch: OpenBatch | undefined
  /** Who has which role in the channel that is being entered. */
  roles: Roles = noRoles
  private answer: Answer | undefined
  private readonly series: string
  private said = 0
  private batches = 0

  constructor(session: Session, irc: Irc) {
    this.session = session
    this.irc = irc
    this.series = Math.floor(session.services.random.nextDoubleUnsafe() * 36 ** 8).toString(36)
  }

  get nick(): string {
    const { caller } = this.session
    return caller === undefined ? (this.asked.nick ?? "*") : nickOf(caller.by.user.name)
  }

  get serverName(): string {
    return this.irc.settings.name
  }

  /** As whom others see it. */
  get source(): string {
    return sourceOf(this.irc.settings, this.session.caller?.by.user.name ?? "")
  }

  has(capability: Capability): boolean {
    return this.capabilities.has(capability)
  }

  /** The words that are its own, once it is somebody. */
  ownWords(user: User): OwnWords {
    this.own ??= new OwnWords({
      server: this.irc.settings,
      speech: speechOf(this.capabilities),
      self: user,
      echoes: this.has("echo-message"),
      watched: this.watched,
      comings: this.irc.comings,
      isIn: (channel) => this.session.caller?.memberships.get(channel) !== undefined,
    })
    return this.own
  }

  /** An id for what it says: IRC has none. */
  freshId(): MessageId {
    return MessageId.make(`irc-${this.series}-${++this.said}`)
  }

  freshBatch(): string {
    return (++this.batches).toString(36)
  }

  /** Answers the command that is being handled. */
  say(...lines: ReadonlyArray<string>): void {
    if (this.answer === undefined) this.write(lines)
    else this.answer.add(lines)
  }

  /** Answers with a numeric, whose first parameter is the nick. */
  numeric(code: string, ...params: ReadonlyArray<string>): void {
    this.say(format(this.serverName, code, this.nick, ...params))
  }

  /** Answers with as many numerics as hold these words. */
  numerics(code: string, before: ReadonlyArray<string>, words: Iterable<string>): void {
    this.say(...gathered(`:${[this.serverName, code, this.nick, ...before].join(" ")} :`, words))
  }

  /** Says why a command was refused, for programs where they understand it. */
  fail(command: string, code: string, context: ReadonlyArray<string>, text: string, label?: string): void {
    const line = this.has("standard-replies")
      ? format(this.serverName, "FAIL", command, code, ...context, text)
      : format(this.serverName, "NOTICE", this.nick, `${[command, ...context].join(" ")}: ${text}`)
    this.say(tagged({ label }, line))
  }

  /** Begins to answer a command. */
  begin(label: string | undefined): void {
    const ends = {
      server: this.serverName,
      write: (lines: ReadonlyArray<string>) => this.write(lines),
      freshBatch: () => this.freshBatch(),
    }
    this.answer = new Answer(ends, this.has("labeled-response") && this.has("batch") ? label : undefined)
  }

  /** The command was answered. */
  end(): void {
    this.answer?.end()
    this.answer = undefined
  }

  /** The command is answered later, by itself. Says its label. */
  later(): string | undefined {
    return this.answer?.later()
  }

  /** What was answered so far leaves, and the client has read most of it, before the next is gathered. */
  get flushed(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.answer?.flush()
      return this.session.outbox.room
    })
  }

  /** Writes lines in the order of what is told. */
  write(lines: ReadonlyArray<string>): void {
    if (lines.length === 0) return
    const { outbox } = this.session
    // Whoever asks thousands of things at once must not be cut off for the answers.
    if (outbox.pressure >= 0.5) outbox.flush()
    this.session.tellInOrder(bytesOf(lines))
  }

  /** It has entered a channel. Nobody sees that in a direct conversation. */
  entered(channel: ChannelName, { count, lingering = [], members: present, names, standing, topic }: Welcome): void {
    const { caller } = this.session
    if (isDirect(channel) || caller === undefined) return
    const { user } = caller.by
    this.answer?.flush()
    this.say(joinLine(this.irc.settings, speechOf(this.capabilities), channel, user))
    if (topic !== "") this.numeric("332", targetOf(channel), topic)
    // Of those who have just left it would never be told that they did.
    const online = new Set([...names, ...lingering])
    const members = present.filter(({ username }) => online.has(username))
    for (const name of names) this.irc.comings.shown(name, channel)
    const own = standing?.role
    const roles = own === undefined ? this.roles : new Map(this.roles).set(keyOf(this.nick), own)
    if (!this.has("draft/no-implicit-names")) this.names(channel, members, roles)
    if (members.length === 0) {
      this.say(format(this.serverName, "NOTICE", targetOf(channel), `${count} people are here: too many for a list`))
    }
    // What follows in the channel comes behind it.
    this.answer?.flush()
    for (const { username } of members) if (this.watched.has(username)) this.sees(username, channel)
  }

  /** Who is in a channel; of a large one that is the client alone. */
  names(channel: ChannelName, members: ReadonlyArray<PresentUser>, roles: Roles): void {
    const { caller } = this.session
    const shown = members.length === 0 && caller?.memberships.get(channel) !== undefined ? [this.nick] : []
    const all = [...members.map(({ username }) => nickOf(username)), ...shown]
    const words = all.map((nick) => {
      const name = this.has("userhost-in-names") ? `${nick}!u@${this.serverName}` : nick
      return prefixOf(roles.get(keyOf(nick))) + name
    })
    this.numerics("353", ["=", targetOf(channel)], words)
    this.numeric("366", targetOf(channel), "End of names")
  }

  private sees(name: string, channel: ChannelName): void {
    if (this.watched.came(name, channel)) this.numeric("730", sourceOf(this.irc.settings, name))
  }
}

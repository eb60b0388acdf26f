import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import { ActorUnavailable } from "../../actor/Actor.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import * as Seq from "../../domain/Seq.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { UserId } from "../../domain/User.ts"
import * as Topic from "../../domain/Topic.ts"
import type { ChannelRecord, StoredMessage } from "../../history/History.ts"
import { RequestError, toFrame } from "../../protocol/RequestError.ts"
import type { Durability, ServerFrame } from "../../protocol/v2/ServerFrame.ts"
import type { Command } from "../Channel.ts"
import { FanOut } from "../FanOut.ts"
import type { HubSettings } from "../HubSettings.ts"
import type { Member } from "../Member.ts"
import { type Diff, Presence } from "../Presence.ts"
import { Backlog, type Heard } from "./backlog.ts"
import * as events from "./events.ts"
import { RecentIds } from "./recentIds.ts"

type CommandOf<Type extends Command["type"]> = Extract<Command, { readonly type: Type }>

/** What became of a publish: its message, stored now or earlier, or why it was not. */
type Outcome = { readonly message: StoredMessage; readonly again: boolean } | RequestError

const never = Number.POSITIVE_INFINITY

/** The state of a channel and what each command does to it: plain code, run by the actor alone. */
export class ChannelState {
  private readonly name: ChannelName
  private readonly settings: HubSettings
  private readonly members = new Map<SessionId, Member>()
  private readonly fanOut = new FanOut(this.members)
  private readonly presence: Presence
  private readonly recentIds: RecentIds
  /** When each user's typing was last passed on. */
  private readonly typedAt = new Map<UserId, number>()
  /** Members that were left out of a presence diff and have to be told everything. */
  private readonly unaware = new Set<SessionId>()
  private tellUnawareAt = never
  private seq: Seq.Seq = Seq.zero
  /** The last message the members were told of: after a crash the telling goes on behind it. */
  private told: Seq.Seq = Seq.zero
  private topic = Topic.none
  private durability: Durability = "memory"
  private emptySince: number | undefined
  /** Of the batch in hand. */
  private readonly outcomes = new Map<CommandOf<"Publish">, Outcome>()
  private fresh: Array<StoredMessage> = []
  private seqBefore: Seq.Seq = Seq.zero
  private topicStored = true
  /** How many of its commands have been applied: after a crash the others are made good. */
  private applied = 0
  /** Lets nobody in any more: whoever comes has to ask the hub again. */
  private retired = false
  private readonly backlog: Backlog | undefined

  constructor(name: ChannelName, settings: HubSettings, heard?: Heard) {
    this.name = name
    this.settings = settings
    this.backlog = heard === undefined ? undefined : new Backlog(heard)
    this.presence = new Presence(settings.presence)
    this.recentIds = new RecentIds(Duration.toMillis(settings.deduplication))
  }

  /**
   * Takes the state from history: at the start, and again after a crash. What was stored and not
   * told then is told now: one batch at most, so it is among the recent.
   */
  load(record: ChannelRecord, now: number): void {
    this.seq = record.seq
    this.topic = record.topic
    this.backlog?.load(record.recent)
    this.emptySince ??= now
    // Whether they were stored, only history knows.
    this.forgetFresh()
    for (const message of record.recent) {
      this.recentIds.add(message)
      // At the start there is nobody to tell.
      if (message.seq > this.told) this.tell(message)
    }
    this.told = record.seq
    this.fanOut.flush()
  }

  summary() {
    return { topic: this.topic, count: this.presence.count }
  }

  /** Gives each message its place, and returns those that are new and have to be stored. */
  assign(commands: ReadonlyArray<Command>, now: number): ReadonlyArray<StoredMessage> {
    this.outcomes.clear()
    this.fresh = []
    this.applied = 0
    this.topicStored = true
    this.seqBefore = this.seq
    // Who comes and goes within the batch, before it is applied.
    const moved = new Map<SessionId, Member | undefined>()
    for (const command of commands) {
      if (command.type === "Join") moved.set(command.member.session, command.member)
      if (command.type === "Leave") moved.set(command.session, undefined)
      if (command.type !== "Publish") continue
      const { session } = command
      const member = moved.has(session) ? moved.get(session) : this.members.get(session)
      if (member === undefined) continue
      const { content, id } = command
      const earlier = id === undefined ? undefined : this.recentIds.find(member.user.id, id, now)
      if (earlier !== undefined) {
        this.outcomes.set(command, { message: earlier, again: true })
        continue
      }
      const message = { seq: Seq.next(this.seq), id, from: member.user, content, timestamp: now }
      this.seq = message.seq
      this.recentIds.add(message)
      this.fresh.push(message)
      this.outcomes.set(command, { message, again: false })
    }
    return this.fresh
  }

  stored(durability: Durability): void {
    this.durability = durability
    this.backlog?.add(this.fresh)
  }

  /** The batch could not be stored: its places are free again, its senders are told. */
  notStored(): void {
    this.seq = this.seqBefore
    this.forgetFresh()
    for (const command of this.outcomes.keys()) this.outcomes.set(command, unavailable())
  }

  topicNotStored(): void {
    this.topicStored = false
  }

  apply(command: Command, now: number): void {
    this.perform(command, now)
    this.applied++
  }

  private perform(command: Command, now: number): void {
    switch (command.type) {
      case "Publish":
        return this.publish(command)
      case "Join":
        return this.join(command, now)
      case "Leave":
        return this.leave(command, now)
      case "SetTopic":
        return this.setTopic(command)
      case "Typing":
        return this.typing(command, now)
      case "SetAppearance":
        return this.presence.setStatus(command.user, command.appearance, now)
      case "Settle":
        this.fanOut.offer()
        return void Deferred.doneUnsafe(command.reply, Exit.void)
      case "Tick":
        return
    }
  }

  /** Tells what the turn brought; everything leaves here, in one write for each member. */
  endTurn(now: number): void {
    const diff = now >= this.presence.nextAt ? this.presence.advance(now) : undefined
    if (diff !== undefined || now >= this.tellUnawareAt) this.tellPresence(diff, now)
    this.emptySince = this.members.size > 0 ? undefined : (this.emptySince ?? now)
    this.backlog?.heardBy(this.members.values(), this.told)
    this.fanOut.flush()
  }

  /** When time alone will make something happen, in milliseconds. */
  nextAt(now: number): number {
    return Math.min(this.presence.nextAt, this.tellUnawareAt, this.idleAt(now))
  }

  /** If nobody has been here for the idle time, closes the door; true when it did. */
  retire(now: number): boolean {
    if (now < this.idleAt(now)) return false
    this.retired = true
    return true
  }

  /**
   * After a crash, with what was in hand: its senders cannot know what became of it. Whoever was
   * leaving leaves all the same; that nobody would ask for again.
   */
  crashed(commands: ReadonlyArray<Command>, now: number): void {
    this.makeGood(commands.slice(this.applied), now)
  }

  /** The channel has ended for good, with these commands left: nobody is a member any more. */
  ended(commands: ReadonlyArray<Command>, now: number): void {
    this.makeGood(commands, now)
    this.fanOut.offer()
    for (const { encoding, outbox } of this.members.values()) {
      outbox.offer(
        "chat",
        encoding.version === 2
          ? encoding.encode({ type: "Left", channel: this.name })
          : encoding.encode({ type: "Error", code: 503, message: "The channel has ended" }),
      )
      outbox.flush()
    }
    this.members.clear()
  }

  private makeGood(commands: ReadonlyArray<Command>, now: number): void {
    for (const command of commands) {
      if (command.type === "Publish") this.refuse(command, new RequestError({ reason: "Internal" }))
      if (command.type === "Leave") this.leave(command, now)
      if (command.type === "SetAppearance") this.perform(command, now)
    }
    for (const { outbox } of this.members.values()) outbox.flush()
  }

  private forgetFresh(): void {
    for (const message of this.fresh) this.recentIds.forget(message)
    this.fresh = []
  }

  private idleAt(now: number): number {
    return this.members.size > 0 || this.retired
      ? never
      : (this.emptySince ?? now) + Duration.toMillis(this.settings.channelIdle)
  }

  private tell(message: StoredMessage): void {
    this.told = message.seq
    this.fanOut.chat(events.message(this.name, message), message.content.length + 100)
  }

  private publish(command: CommandOf<"Publish">): void {
    const outcome = this.outcomes.get(command)
    if (outcome === undefined) return
    if (outcome instanceof RequestError) return this.refuse(command, outcome)
    const { again, message } = outcome
    if (!again) this.tell(message)
    if (command.id === undefined) return
    this.answer(command.session, {
      type: "Published",
      ...(command.ref === undefined ? {} : { ref: command.ref }),
      channel: this.name,
      id: command.id,
      seq: message.seq,
      timestamp: message.timestamp,
      durability: this.durability,
    })
  }

  private join({ appearance, member, ref, reply }: CommandOf<"Join">, now: number): void {
    const done = (exit: Exit.Exit<void, RequestError | ActorUnavailable>) => Deferred.doneUnsafe(reply, exit)
    if (this.retired) return void done(Exit.fail(new ActorUnavailable({ actor: this.name, why: "stopped" })))
    if (this.members.has(member.session)) return void done(Exit.fail(new RequestError({ reason: "AlreadyMember" })))
    const arrived = this.presence.join(member.user, appearance, now)
    // The others first; the newcomer finds itself in the list.
    if (arrived) this.fanOut.chat(events.userJoined(member.user.name), 100)
    this.fanOut.offer()
    const missed = this.backlog?.missedBy(member, this.told) ?? []
    member.outbox.offer("chat", this.welcome(member, ref, missed[0]))
    for (const message of missed) {
      const bytes = events.message(this.name, message).bytes(member.encoding)
      if (bytes !== undefined) member.outbox.offer("chat", bytes)
    }
    this.members.set(member.session, member)
    done(Exit.void)
  }

  /** `next` is what it will be told first, if that was said before it came. */
  private welcome({ encoding }: Member, ref: number | undefined, next: StoredMessage | undefined): Uint8Array {
    if (encoding.version === 1) return encoding.encode({ type: "UserList", users: [...this.presence.online()] })
    const { count, members, version } = this.presence.snapshot()
    return encoding.encode({
      type: "Joined",
      ...(ref === undefined ? {} : { ref }),
      channel: this.name,
      topic: this.topic,
      seq: next === undefined ? this.told : Seq.before(next.seq),
      count,
      members,
      presence: version,
    })
  }

  private leave({ ref, session }: CommandOf<"Leave">, now: number): void {
    const member = this.members.get(session)
    if (member === undefined) return
    this.fanOut.offer()
    this.answer(session, { type: "Left", ...(ref === undefined ? {} : { ref }), channel: this.name }, "chat")
    member.outbox.flush()
    this.backlog?.heardBy([member], this.told)
    this.members.delete(session)
    this.unaware.delete(session)
    if (!this.presence.leave(member.user.id, now)) return
    this.typedAt.delete(member.user.id)
    this.fanOut.chat(events.userLeft(member.user.name), 100)
  }

  private setTopic({ by, reply, topic }: CommandOf<"SetTopic">): void {
    if (!this.topicStored) return void Deferred.doneUnsafe(reply, Exit.fail(unavailable()))
    this.topic = topic
    this.fanOut.chat(events.topicChanged(this.name, topic, by.name), topic.length + 100)
    Deferred.doneUnsafe(reply, Exit.void)
  }

  private typing({ session }: CommandOf<"Typing">, now: number): void {
    const member = this.members.get(session)
    if (member === undefined) return
    const last = this.typedAt.get(member.user.id)
    if (last !== undefined && now - last < Duration.toMillis(this.settings.typingInterval)) return
    this.typedAt.set(member.user.id, now)
    this.fanOut.aside("typing", events.userTyping(this.name, member.user.name), member.user)
  }

  private tellPresence(diff: Diff | undefined, now: number): void {
    const change = diff === undefined ? undefined : events.presence(this.name, diff)
    const whole = this.unaware.size === 0 ? change : events.wholePresence(this.name, this.presence.snapshot())
    for (const [session, { encoding, outbox }] of this.members) {
      const event = this.unaware.has(session) ? whole : change
      const bytes = event?.bytes(encoding)
      if (bytes === undefined) continue
      if (outbox.offer("presence", bytes)) this.unaware.delete(session)
      else this.unaware.add(session)
    }
    const { coalesce } = this.settings.presence
    this.tellUnawareAt = this.unaware.size === 0 ? never : now + Duration.toMillis(coalesce)
  }

  private refuse({ ref, session }: CommandOf<"Publish">, error: RequestError): void {
    const member = this.members.get(session)
    if (member === undefined) return
    if (member.encoding.version === 2) this.answer(session, toFrame(error, ref))
    else {
      const { message, status } = error
      member.outbox.offer("control", member.encoding.encode({ type: "Error", code: status, message }))
    }
  }

  /** `chat` for what has its place among the messages: a member is in from `Joined` to `Left`. */
  private answer(session: SessionId, frame: ServerFrame, lane: "control" | "chat" = "control"): void {
    const member = this.members.get(session)
    if (member?.encoding.version === 2) member.outbox.offer(lane, member.encoding.encode(frame))
  }
}

const unavailable = () => new RequestError({ reason: "Unavailable", retryAfter: Duration.seconds(1) })

import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import { ActorUnavailable } from "../../actor/Actor.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Durability } from "../../domain/Durability.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Action } from "../../domain/Rights.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { User, UserId } from "../../domain/User.ts"
import * as Topic from "../../domain/Topic.ts"
import type { Entry, Known, Message } from "../../domain/Entry.ts"
import type { LogSnapshot } from "../../history/History.ts"
import type { Encoded } from "../../protocol/Encoded.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Command, CommandOf } from "../ChannelCommand.ts"
import { FanOut } from "../FanOut.ts"
import type { HubSettings } from "../HubSettings.ts"
import type { Member } from "../Member.ts"
import { Presence } from "../Presence.ts"
import { Access } from "./access.ts"
import * as answers from "./answers.ts"
import * as description from "./description.ts"
import * as events from "./events.ts"
import { Formers } from "./formers.ts"
import { Idleness } from "./idleness.ts"
import { PresenceNews } from "./presenceNews.ts"
import { RecentIds } from "./recentIds.ts"
import { type Saying, Turn } from "./turn.ts"

/** How long after history was in doubt it is asked again, in milliseconds, whether somebody wants something or not. */
const loadAgain = 1000

/** Where more users are present, how far one has read is told to that user's own sessions only. */
const maxReadersTold = 32

/** The state of a channel and what each command does to it: plain code, run by the actor alone. */
export class ChannelState {
  /** Who may do what, and what the channel is. */
  readonly access: Access
  /** What the hub found it by, until it is known what it is. */
  private readonly foundBy: ChannelName
  private readonly settings: HubSettings
  private readonly members = new Map<SessionId, Member>()
  readonly fanOut = new FanOut(this.members)
  private readonly presence: Presence
  private readonly news: PresenceNews
  private readonly recentIds: RecentIds
  private readonly formers = new Formers()
  private readonly idleness: Idleness
  /** When each user's typing was last passed on. */
  private readonly typedAt = new Map<UserId, number>()
  private seq: Seq.Seq = Seq.zero
  /** The oldest entry that history had when it was last asked. */
  private first: Seq.Seq = answers.oldest
  /** The last entry the members were told of: after a crash the telling goes on behind it. */
  private told: Seq.Seq = Seq.zero
  private durability: Durability = "memory"
  /** History may have more than is known here: until it is loaded nothing is stored and nobody enters. */
  stale = true
  /** Of the batch in hand. */
  private turn: Turn | undefined
  private read: ReadonlyMap<UserId, Seq.Seq> | undefined
  /** How many of its commands have been applied: after a crash the others are made good. */
  private applied = 0

  constructor(name: ChannelName, settings: HubSettings, rememberIds: number) {
    this.foundBy = name
    this.settings = settings
    this.idleness = new Idleness(Duration.toMillis(settings.channelIdle))
    this.access = new Access(!settings.createOnJoin)
    this.presence = new Presence(settings.presence)
    this.news = new PresenceNews(this.presence, this.members, settings.presence)
    this.recentIds = new RecentIds(rememberIds)
  }

  /**
   * Takes the state from history: at the start, again after a crash, and when history may have more than is known here.
   * What was stored and not told then is told now: one batch at most, so it is among the recent.
   */
  load({ durability, first, ids, recent, seq }: LogSnapshot, now: number): void {
    // At the start there is nobody to tell.
    if (this.members.size === 0) this.told = seq
    this.idleness.note(this.members.size === 0, now)
    this.durability = durability
    this.first = first
    this.seq = seq
    this.stale = false
    this.turn?.forget()
    this.turn = undefined
    for (const known of ids) this.recentIds.add(known)
    for (const entry of recent) if (entry.seq > this.told) this.tell(entry)
    this.told = seq
    this.fanOut.flush()
  }

  get name(): ChannelName {
    return this.access.record?.name ?? this.foundBy
  }

  /** By which history knows it. */
  get id(): ChannelId {
    return this.access.record?.id ?? ChannelId.make(this.foundBy)
  }

  /** How safe a message has to be before it is acknowledged. */
  get wanted(): Durability {
    return this.access.record?.durability ?? this.settings.durability
  }

  summary() {
    return { topic: this.access.record?.topic ?? Topic.none, count: this.presence.count }
  }

  /** A batch has been taken from the mailbox. */
  begin(): void {
    this.applied = 0
    this.beginPart()
  }

  /** A part of it is handled by itself. */
  beginPart(): void {
    this.turn = undefined
    this.read = undefined
  }

  /** Whether this user's reading is noted. */
  marks({ user }: CommandOf<"Read">, now: number): boolean {
    return this.access.refusal("markRead", { user }, now) === undefined
  }

  get everybody(): ReadonlyArray<Member> {
    return [...this.members.values()]
  }

  /** Tells every member something, in its place among the messages. */
  announce(event: Encoded): void {
    this.fanOut.chat(event, 500)
  }

  /** Those who were put out since the last time. */
  takeDeparted(): ReadonlyArray<Member> {
    return this.formers.take()
  }

  /** Nothing was stored, since these were before, though nothing here knew it any more: the turn begins again. */
  assignAgain(commands: ReadonlyArray<Command>, { targets }: Turn, known: ReadonlyArray<Known>, now: number): Turn {
    this.turn?.forget()
    return this.assign(commands, targets, now, known)
  }

  /** Gives each request of the batch its place. What is new has to be stored. `targets` are the messages it changes. */
  assign(
    commands: ReadonlyArray<Command>,
    targets: ReadonlyArray<Message>,
    now: number,
    known: ReadonlyArray<Known> = [],
  ): Turn {
    const { members, recentIds, seq: after } = this
    this.turn = new Turn({ access: this.access, members, recentIds, known, after, targets, now })
    this.turn.assign(commands)
    return this.turn
  }

  /** The turn's entries are stored. */
  stored(durability: Durability): void {
    this.durability = durability
    this.seq = this.turn?.last ?? this.seq
  }

  /** They are not, or nobody can say: their places are free again, their senders are told. */
  notStored(commands: ReadonlyArray<Command>, stale: boolean): void {
    this.stale ||= stale
    // It may have failed before the turn began.
    this.turn ??= new Turn({
      access: this.access,
      members: this.members,
      recentIds: this.recentIds,
      known: [],
      after: this.seq,
      targets: [],
      now: 0,
    })
    this.turn.fail(commands, answers.unavailable())
  }

  /** How far these users have read now; undefined where it could not be stored. */
  readBy(read: ReadonlyMap<UserId, Seq.Seq> | undefined): void {
    this.read = read
  }

  apply(command: Command, now: number): void {
    this.perform(command, now)
    this.applied++
  }

  private perform(command: Command, now: number): void {
    switch (command.type) {
      case "Publish":
      case "Change":
        return this.answerSaying(command)
      case "Join":
        return this.join(command, now)
      case "Leave":
        return this.leave(command, now)
      case "Describe":
        return this.answerAsked(command, now, "describe", () =>
          description.of(this.access, command.by, this.wanted, now),
        )
      case "Read":
        return this.markRead(command, now)
      case "Where":
        return this.answerAsked(command, now, command.action, () => ({ id: this.id, seq: this.told }))
      case "Typing":
        return this.typing(command, now)
      case "SetAppearance":
        return this.presence.setStatus(command.user, command.appearance, now)
      case "Settle":
        this.fanOut.offer()
        return void Deferred.doneUnsafe(command.reply, Exit.void)
      // It is done, or refused, by itself.
      case "Administer":
      case "Tick":
        return
    }
  }

  /** Tells what the turn brought: everything leaves here, or, where `more` is to be stored, while that is. */
  endTurn(now: number, more: boolean): void {
    this.news.tell(this.name, now)
    this.idleness.note(this.members.size === 0, now)
    if (more) this.fanOut.hold()
    else this.fanOut.flush()
  }

  /** When time alone will make something happen, in milliseconds. */
  nextAt(now: number): number {
    // They are to be told what may have been stored, even if nobody says anything more.
    const again = this.stale && this.members.size > 0 ? now + loadAgain : Number.POSITIVE_INFINITY
    const idle = this.idleness.at(this.members.size === 0, now, this.exists || this.stale)
    return Math.min(this.news.nextAt, idle, again)
  }

  /** If nobody has been here for the idle time, closes the door; true when it did. */
  retire(now: number): boolean {
    return this.idleness.retire(this.members.size === 0, now, this.exists || this.stale)
  }

  /**
   * After a crash, with what was in hand: its senders cannot know what became of it. Whoever was
   * leaving leaves all the same; that nobody would ask for again.
   */
  crashed(commands: ReadonlyArray<Command>, now: number): void {
    // Whatever of it is stored is loaded again; of the rest no id may stay, as if it were.
    this.turn?.forget()
    this.makeGood(commands.slice(this.applied), now)
  }

  /** The channel has ended for good, with these commands left: nobody is a member any more. */
  ended(commands: ReadonlyArray<Command>, now: number): void {
    this.makeGood(commands, now)
    this.fanOut.offer()
    for (const member of this.members.values()) answers.ended(member, this.name)
    this.members.clear()
  }

  private makeGood(commands: ReadonlyArray<Command>, now: number): void {
    for (const command of commands) {
      if (command.type === "Publish" || command.type === "Change") {
        this.refuse(command, new RequestError({ reason: "Internal" }))
      }
      if (command.type === "Leave") this.leave(command, now)
      if (command.type === "SetAppearance") this.perform(command, now)
    }
    for (const { outbox } of this.members.values()) outbox.flush()
  }

  get exists(): boolean {
    return this.access.record !== undefined
  }

  private tell(entry: Entry): void {
    this.told = entry.seq
    const length = "content" in entry ? entry.content.length : 0
    this.fanOut.chat(events.entry(this.name, entry), length + 100)
  }

  private answerSaying(command: Saying): void {
    const outcome = this.turn?.outcomes.get(command)
    if (outcome === undefined) return this.refuse(command, new RequestError({ reason: "NotMember" }))
    if ("error" in outcome) return this.refuse(command, outcome.error)
    if ("entry" in outcome) this.tell(outcome.entry)
    if (command.id === undefined) return
    const { seq, timestamp } = "entry" in outcome ? outcome.entry : outcome.known
    const member = this.members.get(command.session)
    const { durability, name: channel } = this
    const published = { channel, id: command.id, seq, timestamp, durability }
    if (member !== undefined) answers.answer(member, { type: "Published", ...refOf(command), ...published })
  }

  private join({ appearance, called, member, ref, reply }: CommandOf<"Join">, now: number): void {
    const done = (exit: Exit.Exit<ChannelId, RequestError | ActorUnavailable>) => Deferred.doneUnsafe(reply, exit)
    // Whoever looked for another name has to look again.
    if (this.idleness.retired || called !== this.name) {
      return void done(Exit.fail(new ActorUnavailable({ actor: this.name, why: "stopped" })))
    }
    if (this.stale) return void done(Exit.fail(answers.unavailable()))
    if (this.members.has(member.session)) return void done(Exit.fail(new RequestError({ reason: "AlreadyMember" })))
    const refusal = this.access.refusal("join", member, now)
    if (refusal !== undefined) return void done(Exit.fail(refusal))
    const arrived = this.presence.join(member.user, appearance, now)
    // The others first; the newcomer finds itself in the list.
    if (arrived) this.fanOut.chat(events.userJoined(member.user.name), 100)
    this.fanOut.offer()
    const { first, presence, told: seq } = this
    member.outbox.offer(
      "chat",
      answers.welcome(member, ref, { access: this.access, channel: this.name, first, seq, presence }),
    )
    this.members.set(member.session, member)
    this.formers.forget(member.session)
    done(Exit.succeed(this.id))
  }

  private leave({ ref, session }: CommandOf<"Leave">, now: number): void {
    const member = this.members.get(session)
    if (member !== undefined) {
      this.remove(member, ref, now)
      return member.outbox.flush()
    }
    // It asked before it knew that it was out.
    const former = this.formers.get(session)
    this.formers.forget(session)
    if (former === undefined || ref === undefined) return
    answers.answer(former, { type: "Left", ref, channel: this.name }, "chat")
    former.outbox.flush()
  }

  private remove(member: Member, ref: number | undefined, now: number): void {
    const { session, user } = member
    this.fanOut.offer()
    answers.answer(member, { type: "Left", ...refOf({ ref }), channel: this.name }, "chat")
    this.members.delete(session)
    this.news.forget(session)
    if (!this.presence.leave(user.id, now)) return
    this.typedAt.delete(user.id)
    this.fanOut.chat(events.userLeft(user.name), 100)
  }

  putOut(member: Member, now: number): void {
    const { encoding, outbox } = member
    if (encoding.version === 1) {
      this.fanOut.offer()
      outbox.offer("chat", encoding.encode({ type: "Error", code: 403, message: "You were put out of the channel" }))
    }
    this.remove(member, undefined, now)
    this.formers.add(member)
  }

  private answerAsked<A>(
    { by, reply }: { readonly by: User; readonly reply: Deferred.Deferred<A, RequestError | ActorUnavailable> },
    now: number,
    action: Action,
    answer: () => A,
  ): void {
    const refusal = this.stale ? answers.unavailable() : this.access.refusal(action, { user: by }, now)
    Deferred.doneUnsafe(reply, refusal === undefined ? Exit.succeed(answer()) : Exit.fail(refusal))
  }

  private markRead({ reply, user }: CommandOf<"Read">, now: number): void {
    const refusal = this.access.refusal("markRead", { user }, now)
    if (refusal !== undefined) return void Deferred.doneUnsafe(reply, Exit.fail(refusal))
    const seq = this.read?.get(user.id)
    if (seq === undefined) return void Deferred.doneUnsafe(reply, Exit.fail(answers.unavailable()))
    Deferred.doneUnsafe(reply, Exit.void)
    const event = events.readMarker(this.name, user.name, seq)
    if (this.presence.count <= maxReadersTold) this.fanOut.chat(event, 100)
    else this.fanOut.only(user, event)
  }

  private typing({ session }: CommandOf<"Typing">, now: number): void {
    const member = this.members.get(session)
    if (member === undefined || this.access.refusal("typing", member, now) !== undefined) return
    const { id, name } = member.user
    if (now - (this.typedAt.get(id) ?? Number.NEGATIVE_INFINITY) < Duration.toMillis(this.settings.typingInterval))
      return
    this.typedAt.set(id, now)
    this.fanOut.aside("typing", events.userTyping(this.name, name), member.user)
  }

  private refuse({ ref, session }: Saying, error: RequestError): void {
    const member = this.members.get(session) ?? this.formers.get(session)
    if (member === undefined) return
    answers.refuse(member, error, ref)
    if (!this.members.has(session)) member.outbox.flush()
  }
}

const refOf = ({ ref }: { readonly ref?: number | undefined }) => (ref === undefined ? {} : { ref })

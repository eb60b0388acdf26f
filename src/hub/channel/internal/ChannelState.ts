import * as Duration from "effect/Duration"
import { ChannelId } from "../../../domain/ChannelId.ts"
import type { ChannelEvent } from "../../../domain/ChannelEvent.ts"
import type { ChannelName } from "../../../domain/ChannelName.ts"
import type { Durability } from "../../../domain/Durability.ts"
import type { Entry, StoredId, Message } from "../../../domain/Entry.ts"
import { Generations } from "../../../domain/Generations.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import type { Action } from "../../../domain/Rights.ts"
import * as Seq from "../../../domain/Seq.ts"
import type { SessionId } from "../../../domain/SessionId.ts"
import { type StoreTrouble, unavailable } from "../../../domain/StoreTrouble.ts"
import * as Topic from "../../../domain/Topic.ts"
import type { Person, UserId } from "../../../domain/User.ts"
import type { LogSnapshot } from "../../../history/HistoryShape.ts"
import type { Stamps } from "../../../history/Stamps.ts"
import type { HubSettings } from "../../HubSettings.ts"
import type { Answer, ChannelCommandOf, ChannelTurn, Outcome, Requester } from "../ChannelCommand.ts"
import type { ChannelDirectory } from "../ChannelDirectory.ts"
import { Access } from "./access.ts"
import { appearing, setAppearance } from "./appearance.ts"
import { describe, standing } from "./description.ts"
import { Attendance, personOf } from "./Attendance.ts"
import { ChannelStamps } from "./channelStamps.ts"
import { Idleness } from "./idleness.ts"
import type { Mail } from "./Mail.ts"
import { offer } from "./offer.ts"
import { ReadersTold } from "./readMarkers.ts"
import { RecentIds } from "./recentIds.ts"
import { resume } from "./resume.ts"
import { type Post, Turn } from "./turn.ts"

/** How long after history was in doubt it is asked again, in milliseconds, whether somebody wants something or not. */
const loadAgain = 1000
const done: Outcome = { type: "Done" }
const gone: Outcome = { type: "Gone" }

/**
 * The state of a channel and what each command does to it: plain code, run by the actor alone. What it has to say is
 * gathered as values, and taken at the end of a turn.
 */
export class ChannelState {
  /** Who may do what, and what the channel is. */
  readonly access: Access
  /** What the directory finds it by, while it is no channel. */
  private foundBy: ChannelName
  private readonly settings: HubSettings
  private readonly stamps: ChannelStamps
  readonly attendance: Attendance
  private readonly recentIds: RecentIds
  private readonly people = new Generations<UserId, Person>(512) // one object for each who said something lately
  private readonly readersTold = new ReadersTold()
  private readonly idleness: Idleness
  private seq: Seq.Seq = Seq.zero
  private history: LogSnapshot["history"]
  /** The oldest entry that history had when it was last asked. */
  private first: Seq.Seq = Seq.next(Seq.zero)
  /** The last entry the members were told of: after a crash the telling goes on behind it. */
  told: Seq.Seq = Seq.zero
  private durability: Durability = "memory"
  /** History may have more than is known here: until it is loaded nothing is stored and nobody enters. */
  stale = true
  trouble: StoreTrouble | undefined // what the store was last said to suffer from
  /** Of the batch in hand. */
  private turn: Turn | undefined
  private read: ReadonlyMap<UserId, Seq.Seq> | undefined
  /** How many of its commands have been applied: after a crash the others are answered. */
  private applied = 0
  /** What has happened and was not yet taken; a turn's, and so bounded by a batch. */
  private events: Array<ChannelEvent> = []
  private answers: Array<Answer> = []
  private calledThen: ChannelName // when the first of these events happened

  constructor(name: ChannelName, settings: HubSettings, stamps: Stamps["Service"], rememberIds: number) {
    this.foundBy = name
    this.calledThen = name
    this.settings = settings
    this.stamps = new ChannelStamps(stamps, rememberIds)
    this.idleness = new Idleness(Duration.toMillis(settings.channelIdle))
    this.access = new Access(!settings.createOnJoin, stamps.at)
    this.attendance = new Attendance(settings, (event) => this.announce(event))
    this.recentIds = new RecentIds(rememberIds)
  }

  /**
   * Takes the state from history: at the start, again after a crash, and when history may have more than is known here.
   * What was stored and not told then is told now: one batch at most, so it is among the recent.
   */
  load({ durability, first, history, ids, recent, seq }: LogSnapshot, now: number): void {
    // At the start there is nobody to tell.
    if (this.attendance.isEmpty) this.told = seq
    this.idleness.note(this.attendance.isEmpty, now)
    this.durability = durability
    this.history = history
    this.first = first
    this.seq = seq
    this.stamps.load({ ids, recent })
    this.stale = false
    this.trouble = undefined
    this.turn?.forget()
    this.turn = undefined
    for (const { id, seq, timestamp, user } of ids) this.recentIds.add(user, id, seq, timestamp)
    for (const entry of recent) if (entry.seq > this.told) this.tell(entry)
    this.told = seq
  }

  get name(): ChannelName {
    return this.access.record?.name ?? this.foundBy
  }

  /** By which history knows it. */
  get id(): ChannelId {
    return this.access.record?.id ?? ChannelId.make(this.foundBy)
  }

  /** It was a channel, and is ending. */
  get isRemoved(): boolean {
    return this.idleness.retired && !this.exists
  }

  get exists(): boolean {
    return this.access.record !== undefined
  }

  /** How safe a message has to be before it is acknowledged. */
  get wanted(): Durability {
    return this.access.record?.durability ?? this.settings.durability
  }

  summary() {
    return { topic: this.access.record?.topic ?? Topic.none, count: this.attendance.presence.count }
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
  marks({ by }: ChannelCommandOf<"Read">, now: number): boolean {
    return this.access.refusal("markRead", by, now) === undefined
  }

  get everybody(): ReadonlyArray<Requester> {
    return [...this.attendance.members.values()]
  }

  /** Tells every member something, in its place among the messages. */
  announce(event: ChannelEvent): void {
    this.events.push(event)
  }

  /** Nothing was stored, since these were before, though nothing here knew it any more: the turn begins again. */
  assignAgain(commands: ReadonlyArray<Mail>, { targets }: Turn, known: ReadonlyArray<StoredId>, now: number): Turn {
    this.turn?.forget()
    return this.assign(commands, targets, now, known)
  }

  /** Gives each post of the batch its place. What is new has to be stored. `targets` are the messages it changes. */
  assign(
    commands: ReadonlyArray<Mail>,
    targets: ReadonlyArray<Message>,
    now: number,
    known: ReadonlyArray<StoredId> = [],
  ): Turn {
    this.turn = this.newTurn(targets, known, now)
    this.turn.assign(commands)
    return this.turn
  }

  /** The turn's entries are stored. */
  stored(durability: Durability): void {
    this.durability = durability
    this.seq = this.turn?.last ?? this.seq
  }

  /** They are not, or nobody can say: their places are free again, their senders are told. */
  notStored(commands: ReadonlyArray<Mail>, stale: boolean, trouble: StoreTrouble | undefined): void {
    this.stale ||= stale
    this.trouble = trouble
    // It may have failed before the turn began.
    this.turn ??= this.newTurn([], [], 0)
    this.turn.fail(commands, unavailable(trouble))
  }

  /** How far these users have read now; undefined where it could not be stored. */
  readBy(read: ReadonlyMap<UserId, Seq.Seq> | undefined): void {
    this.read = read
  }

  /** Does what a command asks; `n` is its number in the part of the batch that is handled together. */
  apply(command: Mail, n: number, now: number): void {
    if (command.type !== "Join") this.welcome()
    this.perform(command, n, now)
    this.applied++
  }

  passOver(): void {
    this.applied++
  }

  /** What there is to tell; undefined where there is nothing. */
  take(waiting: number, now: number, isConnected: ChannelDirectory["isConnected"]): ChannelTurn | undefined {
    this.welcome()
    this.attendance.tellChanges(now, isConnected)
    const { answers, calledThen: channel, events } = this
    this.idleness.note(this.attendance.isEmpty, now)
    this.calledThen = this.name
    if (events.length === 0 && answers.length === 0) return undefined
    this.events = []
    this.answers = []
    return { channel, events, answers, waiting }
  }

  /** When time alone will make something happen, in milliseconds. */
  nextAt(now: number): number {
    // They are to be told what may have been stored, even if nobody says anything more.
    const again = this.stale && !this.attendance.isEmpty ? now + loadAgain : Number.POSITIVE_INFINITY
    const idle = this.idleness.at(this.attendance.isEmpty, now, this.exists || this.stale)
    return Math.min(this.attendance.presence.nextAt, idle, again)
  }

  /** If nobody has been here for the idle time, closes the door; true when it did. */
  retire(now: number): boolean {
    return this.idleness.retire(this.attendance.isEmpty, now, this.exists || this.stale)
  }

  /** The channel is no more, and nobody is in it. */
  removed(now: number): void {
    this.attendance.putOutAll(now)
    this.foundBy = this.name
    this.access.record = undefined
    this.idleness.retired = true
  }

  /** After a crash, with what was in hand: whoever asked cannot know what became of it. */
  crashed(commands: ReadonlyArray<Mail>, now: number): void {
    // Whatever of it is stored is loaded again; of the rest no id may stay, as if it were.
    this.turn?.forget()
    this.answerUnapplied(
      commands.slice(this.applied),
      { type: "Refused", error: new RequestError({ reason: "Internal" }) },
      now,
    )
  }

  /** The channel has ended for good, with these commands left: nobody is a member any more. */
  ended(commands: ReadonlyArray<Mail>, now: number): void {
    this.answerUnapplied(commands, gone, now)
    this.events.push({ type: "Ended" })
    this.attendance.clear()
  }

  answer(request: number, outcome: Outcome): void {
    this.answers.push({ request, outcome })
  }

  /** Whoever was leaving leaves all the same, and a status is noted: nobody would ask for these again. */
  private answerUnapplied(commands: ReadonlyArray<Mail>, outcome: Outcome, now: number): void {
    for (const command of commands) {
      if (command.type === "Leave") this.leave(command, now)
      else if (command.type === "SetAppearance") setAppearance(this.access, this.attendance, command, now)
      else if ("request" in command) this.answer(command.request, outcome)
    }
  }

  private newTurn(targets: ReadonlyArray<Message>, known: ReadonlyArray<StoredId>, now: number): Turn {
    const { access, attendance, people, recentIds, seq: after, stamps } = this
    const [stamp, idsSince, members] = [stamps.next(now), stamps.idsSince(now), attendance.members]
    return new Turn({ access, members, people, recentIds, idsSince, known, after, targets, stamp, now })
  }

  private perform(command: Mail, n: number, now: number): void {
    switch (command.type) {
      case "Publish":
      case "Change":
        return this.answerPost(command, n)
      case "Join":
        return this.join(command, now)
      case "Resume":
        return this.answer(command.request, resume(this, this.events, this.idleness.retired, command, now))
      case "Leave":
        return this.leave(command, now)
      case "Describe":
        return this.answerAllowed(command, "describe", now, () => ({
          type: "Described",
          description: describe(this.access, command.by, this.wanted, now),
        }))
      case "ListPresent":
        return this.answerAllowed(command, "read", now, () => this.attendance.present)
      case "Offer":
        return this.answerAllowed(command, "publish", now, () => offer(this.access, this.attendance, command, now))
      case "Read":
        return this.markRead(command, now)
      case "Locate":
        return this.answerAllowed(command, command.right, now, () => ({
          type: "Location",
          id: this.id,
          seq: this.told,
        }))
      case "Typing":
        if (this.access.refusal("typing", command.by, now) === undefined) this.attendance.isTyping(command.by, now)
        return
      case "SetAppearance":
        return setAppearance(this.access, this.attendance, command, now)
      case "Settle":
        return this.answer(command.request, done)
      case "ShowPresence":
        return void this.events.push({ type: "WholePresence", ...this.attendance.presence.snapshot() })
      // It is done, or refused, by itself.
      case "Administer":
      case "Tick":
        return
    }
  }

  private tell(entry: Entry): void {
    this.told = entry.seq
    this.events.push(entry)
  }

  private answerPost(command: Post, n: number): void {
    const result = this.turn?.result(n)
    if (result === undefined) return this.refuse(command, new RequestError({ reason: "NotMember" }))
    if (result instanceof RequestError) return this.refuse(command, result)
    if ("type" in result) this.tell(result)
    const { seq, timestamp } = result
    this.answer(command.request, { type: "Published", seq, timestamp, durability: this.durability })
  }

  private join(command: ChannelCommandOf<"Join">, now: number): void {
    const { broughtBy, by, called, id, request, session } = command
    // Whoever looked for another name has to look again.
    if (this.idleness.retired || called !== this.name) return this.answer(request, gone)
    if (this.stale) return this.refuse(command, unavailable(this.trouble))
    if (id !== undefined && id !== this.id) return this.refuse(command, new RequestError({ reason: "NoSuchChannel" }))
    if (this.attendance.members.has(session)) return this.refuse(command, new RequestError({ reason: "AlreadyMember" }))
    const refusal =
      this.access.refusal("join", by, now) ??
      // Whoever is blocked does not stand in anybody's door.
      (broughtBy === undefined ? undefined : this.access.refusal("publish", broughtBy, now))
    if (refusal !== undefined) return this.refuse(command, refusal)
    this.attendance.enter({ ...command, appearance: appearing(this.access, this.attendance, command, now) }, now)
    this.answer(request, done)
  }

  welcome(): void {
    this.attendance.welcome(
      () => {
        const { first, history, id, told: seq } = this
        return { id, history, topic: this.summary().topic, seq, first }
      },
      (user) => standing(this.access, user),
    )
  }

  /** It may have asked before it knew that it was out. */
  private leave({ ended, lost, request, session }: ChannelCommandOf<"Leave">, now: number): void {
    this.attendance.leave(session, now, { ended: ended === true || lost === true, lost })
    if (request !== undefined) this.answer(request, done)
  }

  /** A session may not stay; `kicked`: everybody was told why. */
  readonly putOut = (session: SessionId, now: number, kicked = false): void =>
    this.attendance.putOut(session, now, kicked)

  private answerAllowed(
    { by, request }: { readonly by: Requester; readonly request: number },
    action: Action,
    now: number,
    answer: () => Outcome,
  ): void {
    const error = this.stale ? unavailable(this.trouble) : this.access.refusal(action, by, now)
    this.answer(request, error === undefined ? answer() : { type: "Refused", error })
  }

  private markRead(command: ChannelCommandOf<"Read">, now: number): void {
    const { user } = command.by
    const refusal = this.access.refusal("markRead", command.by, now)
    if (refusal !== undefined) return this.refuse(command, refusal)
    const seq = this.read?.get(user.id)
    if (seq === undefined) return this.refuse(command, unavailable(this.trouble))
    this.answer(command.request, done)
    // Of who is blocked the other one hears nothing.
    const heard = !this.access.isBanned(command.by, now)
    const everybody = heard && this.readersTold.isToBe(user.id, seq, this.attendance.presence.count)
    this.events.push({ type: "ReadMarker", user: personOf(user), seq, everybody })
  }

  private refuse({ request }: { readonly request: number }, error: RequestError): void {
    this.answer(request, { type: "Refused", error })
  }
}

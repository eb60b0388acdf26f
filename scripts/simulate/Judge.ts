/** What must never happen, and what must have happened in the end: it knows what everybody did, and what is kept. */
import * as Effect from "effect/Effect"
import type { ChannelStore } from "../../src/channels/ChannelStore.ts"
import type { ChannelId } from "../../src/domain/ChannelId.ts"
import type { Entry } from "../../src/domain/Entry.ts"
import type { FileStore } from "../../src/files/FileStore.ts"
import type { UserId } from "../../src/domain/User.ts"
import type { History } from "../../src/history/History.ts"
import type { Batch } from "../../src/history/HistoryShape.ts"
import type { ChannelWrite } from "../../src/testing/simulation/Disk.ts"
import type { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"
import { AuditTrail } from "./AuditTrail.ts"
import { type Channel, Channels } from "./Channels.ts"
import { Contents } from "./Contents.ts"
import { FileTrail } from "./FileTrail.ts"
import { inVersion1 } from "./inVersion1.ts"
import { isKept } from "./KeptFiles.ts"
import * as Rules from "./Rules.ts"
import { SlowMode } from "./SlowMode.ts"
import { type Change, View } from "./View.ts"

/** A promise that was not kept. */
export interface Violation {
  /** Which one; shrinking looks for the same. */
  readonly promise: string
  readonly detail: string
}

/** What somebody wants to have its place in a channel. */
export type Request =
  | { readonly type: "Message"; readonly content: string; readonly file?: string | undefined }
  | { readonly type: "Edited"; readonly target: number; readonly content: string }
  | { readonly type: "Deleted"; readonly target: number }
  | { readonly type: "Reacted"; readonly target: number; readonly reaction: string; readonly on: boolean }

/** One request, with whatever is known of it. */
export interface Submission {
  readonly id: string
  readonly user: string
  /** The program that sends it: one run of it sends in order. */
  readonly by: string
  /** Its number among what this program sends. */
  readonly number: number
  /** What the program calls the channel, and which one that was. */
  readonly name: string
  readonly meant: Channel | undefined
  readonly request: Request
  /** When it became the first of its program that waits: one is sent behind the other. */
  firstAt: number | undefined
  state: "waiting" | "acknowledged" | "refused" | "abandoned"
  /** Where it is in history. */
  readonly places: Map<Channel, number>
}

export const changeOf = (entry: Entry): Change => {
  if (entry.type === "Message") return { type: "Message", seq: entry.seq, content: entry.content, file: entry.file }
  return entry.type === "Reacted" ? { ...entry, by: entry.from.name } : entry
}

/** Entries of a channel of which none is removed yet for their number; no simulation lasts as long as entries are kept. */
const keptInAnyCase = 10_000

/** A page of markers. */
const markersAtOnce = 1000

export class Judge {
  violation: Violation | undefined
  readonly channels = new Channels()
  readonly audit: AuditTrail
  readonly slowMode = new SlowMode()
  readonly contents = new Contents()
  readonly files: FileTrail
  /** Users who have signed in at some time. */
  readonly registered = new Set<string>()
  readonly counts = { stored: 0, acknowledged: 0, refused: 0, heard: 0, acts: 0 }
  private readonly time: VirtualTime
  private readonly admins: ReadonlySet<string>
  /** Whether what is heard late, over a link that was broken, may be heard as it is by then. */
  readonly mayHearLate: boolean
  private readonly byId = new Map<string, Submission>()
  /** Messages by what they say, each something else: version 1 has no ids. */
  private readonly byContent = new Map<string, Submission>()
  private readonly open = new Set<Submission>()
  /** By user and channel, how far it was read, as was asked for, and as was acknowledged. */
  private readonly reading = new Map<string, number>()
  private readonly markers = new Map<string, number>()
  private readonly userIds = new Map<string, UserId>()
  /** By program and channel, the number of what it said last. */
  private readonly latest = new Map<string, number>()

  /** `store` gives the files that the disk has. */
  constructor(
    time: VirtualTime,
    { admins, nodes }: { readonly admins: ReadonlyArray<string>; readonly nodes: number },
    store: () => FileStore["Service"],
  ) {
    this.time = time
    this.mayHearLate = nodes > 1
    this.admins = new Set(admins)
    const fail = (promise: string, detail: string) => this.fail(promise, detail)
    this.audit = new AuditTrail(this.channels, fail)
    this.files = new FileTrail({
      time,
      channels: this.channels,
      contents: this.contents,
      fail,
      someone: (name) => this.someone(name),
      isKept: (record, bytes) => isKept(store(), record, bytes),
    })
  }

  /** The first one counts. */
  fail(promise: string, detail: string): void {
    this.violation ??= { promise, detail }
  }

  someone(name: string): Rules.Someone {
    return { name, isAdmin: this.admins.has(name) }
  }

  submit(one: Pick<Submission, "by" | "id" | "meant" | "name" | "number" | "request" | "user">): Submission {
    const all: Submission = { ...one, firstAt: undefined, state: "waiting", places: new Map() }
    this.byId.set(one.id, all)
    if (one.request.type === "Message") {
      const { content, file } = one.request
      const sent = file === undefined ? undefined : this.files.get(file)?.sent
      this.byContent.set(content === "" ? one.id : content, all)
      this.byContent.set(inVersion1(content, sent), all)
    }
    this.open.add(all)
    return all
  }

  /** What has no answer yet. */
  waiting(): Iterable<Submission> {
    return this.open
  }

  acknowledged(submission: Submission, seq: number | undefined): void {
    const { id, name, places } = submission
    submission.state = "acknowledged"
    this.open.delete(submission)
    this.counts.acknowledged++
    const stored = [...places.values()]
    if (seq !== undefined && (stored.includes(seq) || this.changesNothing(submission, seq))) return
    this.fail(
      "what is acknowledged is stored",
      stored.length === 0
        ? `${id} was acknowledged as ${name} #${seq}, and is not in history`
        : `${id} was acknowledged as ${name} #${seq}, and is #${stored.join(" and #")} in history`,
    )
  }

  /** A reaction that is there already, or is taken back where there is none, is answered with the place of the message. */
  private changesNothing({ name, request, user }: Submission, seq: number): boolean {
    if (request.type !== "Reacted" || request.target !== seq) return false
    const { on, reaction } = request
    const reacted = (entry: Entry) =>
      entry.type === "Reacted" && entry.target === seq && entry.reaction === reaction && entry.from.name === user
    const channels = [...this.channels.everCalled(name), this.channels.called(name)]
    return channels.some((channel) => !on || channel?.entries.some((entry) => reacted(entry)) === true)
  }

  refused(submission: Submission): void {
    submission.state = "refused"
    this.open.delete(submission)
    this.counts.refused++
  }

  /** The program was ended before there was an answer: it may be stored or not. */
  abandoned(by: string): void {
    this.files.abandoned(by)
    for (const submission of this.open) {
      if (submission.by !== by) continue
      submission.state = "abandoned"
      this.open.delete(submission)
    }
  }

  /** The disk has stored these entries. */
  stored(id: ChannelId, { after, entries }: Batch): void {
    const last = this.channels.get(id)?.last ?? 0
    if (after !== last) this.fail("no gap in history", `${id} got entries behind #${after}, its last is #${last}`)
    for (const entry of entries) this.storedOne(id, entry)
  }

  /** The disk has stored what a channel is, or what was done there. */
  wrote(write: ChannelWrite): void {
    const { act, confirmed } = write
    const before = this.channels.get(write.id)?.record
    const channel = this.channels.write(write, this.time.now)
    if (channel === undefined || act === undefined) return
    this.counts.acts++
    this.audit.stored(channel, act, this.time.now)
    const by = this.someone(act.by.name)
    const target = act.whom === undefined ? undefined : this.someone(act.whom.name)
    if (before !== undefined && !Rules.mayAct(before, act, by, target))
      this.fail(
        "nobody acts without the right to",
        `${by.name} did "${act.action}" in ${channel.name} without the right to`,
      )
    // Where nobody knows whether it was stored, nobody is put out.
    if (act.action === "kick" && target !== undefined && confirmed)
      channel.kicks.set(target.name, { at: act.timestamp, seq: channel.last })
  }

  /** What has this place in history: by its id or its content, or else by where it was heard. */
  find(
    entry: { readonly id?: string | undefined; readonly content?: string | undefined; readonly seq: number },
    where: Channel | undefined,
  ): Submission | undefined {
    return this.byId.get(entry.id ?? "") ?? this.saying(entry.content ?? "") ?? this.byPlace(where, entry.seq)
  }

  /** Who says this, in whatever version. */
  saying(content: string): Submission | undefined {
    return this.byContent.get(content)
  }

  private byPlace(channel: Channel | undefined, seq: number): Submission | undefined {
    const entry = channel?.entries[seq - 1]
    if (entry === undefined) return undefined
    return this.byId.get(entry.id ?? "") ?? (entry.type === "Message" ? this.saying(entry.content) : undefined)
  }

  /** Somebody is told of an entry of a channel: live, or as history has it now. */
  heard(who: string, user: string, channel: Channel, entry: Change & { readonly seq: number }): void {
    this.counts.heard++
    const { seq } = entry
    const kept = channel.entries[seq - 1]
    if (kept === undefined || kept.type !== entry.type)
      return this.fail(
        "what is told is stored",
        `${who} heard ${entry.type} as ${channel.name} #${seq}; history has ${kept?.type} ${kept?.id} there`,
      )
    if (kept.type !== "Message" && "target" in entry && kept.target !== entry.target)
      this.fail("what is told is stored", `${who} heard that #${seq} changes #${entry.target}, not #${kept.target}`)
    this.mayHear(who, user, channel, kept)
  }

  /** Nobody hears what was said while it had no right to be there, as long as it has none. */
  mayHear(who: string, user: string, channel: Channel, { seq, timestamp }: Entry): void {
    if (channel.isDirect || channel.everAllowed(this.someone(user), timestamp, this.time.now)) return
    this.fail("nobody hears where it may not be", `${who} heard ${channel.name} #${seq}`)
  }

  /** Whether a channel of this name kept a user out, or from speaking, at any time from a moment on. */
  hasRefused(user: string, name: string, what: "enter" | "speak", from: number): boolean {
    const who = this.someone(user)
    const may = what === "enter" ? Rules.mayEnter : Rules.maySpeak
    const { now } = this.time
    return [...this.channels.everCalled(name)].some((channel) =>
      // A sanction that ends by itself held at the beginning.
      channel.during(from, now, (record, end) => !may(record, who, end) || !may(record, who, Math.min(from, end))),
    )
  }

  /** Whether there was a reason to put a user out of a channel at any time from a moment on. */
  hasPutOut(user: string, name: string, from: number): boolean {
    const kickedAt = Math.max(...[...this.channels.everCalled(name)].map(({ kicks }) => kicks.get(user)?.at ?? 0), 0)
    return kickedAt >= from || this.hasRefused(user, name, "enter", from)
  }

  /** Whether a user may be in a channel now. */
  mayEnter(user: string, channel: Channel | undefined): boolean {
    return channel?.record === undefined || Rules.mayEnter(channel.record, this.someone(user), this.time.now)
  }

  /** What a channel is called in the story. */
  nameOf(id: string): string {
    return this.channels.get(id as ChannelId)?.name ?? id
  }

  /** Who said it. */
  author(channel: Channel | undefined, seq: number): string | undefined {
    return channel?.entries[seq - 1]?.from.name
  }

  /** Whether somebody else said something behind one place, up to another, that the user has not marked as read. */
  waits(user: string, channel: Channel | undefined, after: number, upTo: number): boolean {
    if (channel === undefined) return false
    const read = this.reading.get(`${user} ${channel.id}`) ?? 0
    return channel.entries
      .slice(Math.max(after, read), upTo)
      .some(({ from, seq, type }) => type === "Message" && from.name !== user && !channel.view.isDeleted(seq))
  }

  /** Somebody wants it noted how far it has read. */
  marks(user: string, channel: Channel, seq: number): void {
    raise(this.reading, `${user} ${channel.id}`, seq)
  }

  /** Somebody was told that it is noted how far it has read. */
  marked(user: string, channel: Channel, seq: number): void {
    raise(this.markers, `${user} ${channel.id}`, seq)
  }

  /** Reads all that history and the audit logs have, and compares it with all that was stored. */
  readBack(history: History["Service"], store: ChannelStore["Service"]): void {
    for (const channel of this.channels.all) {
      if (channel.isRemoved) continue
      this.readEntries(history, channel)
      if (!channel.isDirect) this.audit.readBack(store, channel)
    }
    for (const [user, id] of this.userIds) this.readMarkers(history, user, id)
  }

  private readEntries(history: History["Service"], { entries, id, name, view }: Channel): void {
    const { first, seq } = Effect.runSync(Effect.orDie(history.load(id, 0)))
    if (first !== 1 && seq < keptInAnyCase) this.fail("nothing young is removed", `${name} begins with #${first}`)
    if (seq !== entries.length) this.fail("nothing is lost", `${name} ends with #${seq}, not #${entries.length}`)
    const places = view.places.filter((place) => place >= first)
    const messages = Effect.runSync(Effect.orDie(history.messages(id, places as never)))
    const read = new View()
    for (const message of messages) {
      const reactions = (message.reactions ?? []).map(({ reaction, users }) => ({
        reaction,
        users: users.map(({ name }) => name),
      }))
      read.apply({ ...message, reactions })
    }
    for (const place of places) {
      if (read.at(place) !== view.at(place))
        this.fail("nothing is lost", `${name} #${place} is "${read.at(place)}", not "${view.at(place)}"`)
    }
  }

  private readMarkers(history: History["Service"], user: string, id: UserId): void {
    const markers = Effect.runSync(Effect.orDie(history.markers(id, { limit: markersAtOnce })))
    const read = new Map(markers.map(({ channel, read }) => [channel, read]))
    for (const channel of this.channels.all) {
      if (channel.isRemoved) continue
      const marked = this.markers.get(`${user} ${channel.id}`) ?? 0
      if ((read.get(channel.id) ?? 0) < marked)
        this.fail("nothing is lost", `${user} has read ${channel.name} up to #${marked}, which is not in history`)
    }
  }

  private storedOne(id: ChannelId, entry: Entry): void {
    this.counts.stored++
    // What version 1 says has no id, or one that a node has given it.
    const submission = this.byId.get(entry.id ?? "") ?? this.saying(entry.type === "Message" ? entry.content : "")
    if (submission === undefined) return this.fail("nothing is invented", `${id} #${entry.seq} was said by nobody`)
    const channel = this.channels.get(id) ?? this.channels.direct(id, submission.name, this.time.now)
    const place = `${channel.name} #${entry.seq}`
    this.isForChannel(submission, channel)
    if (entry.seq !== channel.last + 1) this.fail("no gap in history", `${place} is stored behind #${channel.last}`)
    this.wasAllowed(submission, channel, entry)
    const before = channel.entries.at(-1)
    if (before !== undefined && entry.timestamp < before.timestamp)
      this.fail("stamps never run backwards", `${place} is ${before.timestamp - entry.timestamp} ms before the last`)
    channel.entries.push(entry)
    this.files.stored(channel, entry)
    channel.view.apply(changeOf(entry))
    this.userIds.set(submission.user, entry.from.id)
    const { places } = submission
    if (places.size > 0)
      return this.fail("nothing is stored twice", `${submission.id} is #${[...places.values()].join()} and ${place}`)
    places.set(channel, entry.seq)
    if (entry.from.name !== submission.user || !isAsSubmitted(entry, submission.request))
      this.fail("what is stored is what was said", `${place} is not what ${submission.user} said as ${submission.id}`)
    const lane = `${submission.by} ${id}`
    const latest = this.latest.get(lane) ?? -1
    if (submission.number < latest)
      this.fail("in the order in which it was said", `${place} is ${submission.id}, behind ${latest} of the program`)
    this.latest.set(lane, submission.number)
  }

  private isForChannel({ id, meant, name }: Submission, channel: Channel): void {
    if (meant === channel || (meant === undefined && this.channels.everCalled(name).has(channel))) return
    if (channel.isDirect && meant === undefined && this.channels.called(name) === channel) return
    this.fail("one history for each channel", `${id} was said in ${name} and stored in ${channel.name}`)
  }

  /** What is stored was accepted under the rights that hold now: a channel does one thing after the other. */
  private wasAllowed({ id }: Submission, channel: Channel, entry: Entry): void {
    const { record } = channel
    if (record === undefined) return
    const who = this.someone(entry.from.name)
    const author = entry.type === "Message" ? undefined : this.author(channel, entry.target)
    if (!Rules.mayAdd(record, who, entry, author))
      return this.fail("nobody speaks without the right to", `${id} is stored as ${channel.name} #${entry.seq}`)
    if (entry.type !== "Message") return
    if (!this.slowMode.allows(channel, who, entry.timestamp))
      this.fail("slow mode slows", `${id} is stored as ${channel.name} #${entry.seq}, too soon`)
  }
}

const raise = (values: Map<string, number>, key: string, value: number): void =>
  void values.set(key, Math.max(values.get(key) ?? 0, value))

const isAsSubmitted = (entry: Entry, request: Request): boolean =>
  Object.entries(request).every(([field, value]) => {
    const stored = (entry as unknown as Record<string, unknown>)[field]
    return field === "file" ? (stored as { readonly id: string } | undefined)?.id === value : stored === value
  })

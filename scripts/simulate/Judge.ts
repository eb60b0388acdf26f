/** What must never happen, and what must have happened in the end: it knows what everybody did, and what is kept. */
import * as Effect from "effect/Effect"
import type { ChannelId } from "../../src/domain/ChannelId.ts"
import type { UserId } from "../../src/domain/User.ts"
import type { Entry } from "../../src/domain/Entry.ts"
import type { Batch, History } from "../../src/history/History.ts"
import type { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"
import { type Change, View } from "./View.ts"

/** A promise that was not kept. */
export interface Violation {
  /** Which one; shrinking looks for the same. */
  readonly promise: string
  readonly detail: string
}

/** What somebody wants to have its place in a channel. */
export type Request =
  | { readonly type: "Message"; readonly content: string }
  | { readonly type: "Edited"; readonly target: number; readonly content: string }
  | { readonly type: "Deleted"; readonly target: number }
  | { readonly type: "Reacted"; readonly target: number; readonly reaction: string; readonly on: boolean }

/** The same, with whatever is known of it. */
export interface Said {
  readonly id: string
  readonly user: string
  /** The program that said it: one run of it sends in order. */
  readonly by: string
  /** Its number among what this program said. */
  readonly number: number
  readonly channel: string
  readonly request: Request
  readonly at: number
  /** When it became the first of its program that waits: one is sent behind the other. */
  firstAt: number | undefined
  state: "waiting" | "acknowledged" | "refused" | "abandoned"
  seq: number | undefined
}

/** What history has of a channel. */
export interface Kept {
  readonly id: ChannelId
  readonly channel: string
  readonly entries: Array<Entry>
  readonly view: View
}

export const changeOf = (entry: Entry): Change => {
  if (entry.type === "Message") return { type: "Message", seq: entry.seq, content: entry.content }
  return entry.type === "Reacted" ? { ...entry, by: entry.from.name } : entry
}

export class Judge {
  violation: Violation | undefined
  readonly said = new Map<string, Said>()
  readonly counts = { stored: 0, acknowledged: 0, refused: 0, heard: 0 }
  private readonly time: VirtualTime
  private readonly open = new Set<Said>()
  private readonly byId = new Map<ChannelId, Kept>()
  private readonly byName = new Map<string, Kept>()
  /** By user and channel, how far it was read, as was asked for, and as was acknowledged. */
  private readonly asked = new Map<string, number>()
  private readonly markers = new Map<string, number>()
  private readonly userIds = new Map<string, UserId>()
  /** By program and channel, the number of what it said last. */
  private readonly latest = new Map<string, number>()

  constructor(time: VirtualTime) {
    this.time = time
  }

  /** The first one counts. */
  fail(promise: string, detail: string): void {
    this.violation ??= { promise, detail }
  }

  say(said: Pick<Said, "by" | "channel" | "id" | "number" | "request" | "user">): Said {
    const all: Said = { ...said, at: this.time.now, firstAt: undefined, state: "waiting", seq: undefined }
    this.said.set(said.id, all)
    this.open.add(all)
    return all
  }

  /** What has no answer yet. */
  waiting(): Iterable<Said> {
    return this.open
  }

  acknowledged(said: Said, seq: number): void {
    const { channel, id } = said
    said.state = "acknowledged"
    this.open.delete(said)
    this.counts.acknowledged++
    if (said.seq === seq) return
    this.fail(
      "what is acknowledged is stored",
      said.seq === undefined
        ? `${id} was acknowledged as ${channel} #${seq}, and is not in history`
        : `${id} was acknowledged as ${channel} #${seq}, and is #${said.seq} in history`,
    )
  }

  refused(said: Said): void {
    said.state = "refused"
    this.open.delete(said)
    this.counts.refused++
  }

  /** The program was ended before there was an answer: it may be stored or not. */
  abandoned(by: string): void {
    for (const said of this.open) {
      if (said.by !== by) continue
      said.state = "abandoned"
      this.open.delete(said)
    }
  }

  /** The disk has stored this. */
  stored(channel: ChannelId, { after, entries }: Batch): void {
    const last = this.byId.get(channel)?.entries.length ?? 0
    if (after !== last) this.fail("no gap in history", `${channel} got entries behind #${after}, its last is #${last}`)
    for (const entry of entries) this.storedOne(channel, entry)
  }

  /** Somebody is told of an entry: live, or as history has it now. */
  heard(
    who: string,
    channel: string,
    entry: Change & { readonly seq: number; readonly id?: string | undefined },
  ): void {
    this.counts.heard++
    const { id, seq } = entry
    const kept = this.byName.get(channel)?.entries[seq - 1]
    const said = kept?.id === undefined ? undefined : this.said.get(kept.id)
    if (kept === undefined || said === undefined || kept.id !== id || kept.type !== entry.type)
      return this.fail(
        "what is told is stored",
        `${who} heard ${entry.type} ${id} as ${channel} #${seq}; history has ${kept?.type} ${kept?.id} there`,
      )
    if (kept.type === "Message" || !("target" in entry) || kept.target === entry.target) return
    this.fail("what is told is stored", `${who} heard that ${id} changes #${entry.target}; it changes #${kept.target}`)
  }

  kept(channel: string): Kept | undefined {
    return this.byName.get(channel)
  }

  /** The last place of a channel. */
  last(channel: string): number {
    return this.byName.get(channel)?.entries.length ?? 0
  }

  get channels(): Iterable<Kept> {
    return this.byId.values()
  }

  /** Who said it. */
  author(channel: string, seq: number): string | undefined {
    return this.byName.get(channel)?.entries[seq - 1]?.from.name
  }

  /** Whether somebody else said something behind one place, up to another, that the user has not marked as read. */
  waits(user: string, channel: string, after: number, upTo: number): boolean {
    const kept = this.byName.get(channel)
    const read = this.asked.get(`${user} ${channel}`) ?? 0
    return (kept?.entries ?? [])
      .slice(Math.max(after, read), upTo)
      .some(({ from, seq, type }) => type === "Message" && from.name !== user && kept?.view.isDeleted(seq) === false)
  }

  /** Somebody wants it noted how far it has read. */
  marks(user: string, channel: string, seq: number): void {
    const marker = `${user} ${channel}`
    this.asked.set(marker, Math.max(this.asked.get(marker) ?? 0, seq))
  }

  /** Somebody was told that it is noted how far it has read. */
  marked(user: string, channel: string, seq: number): void {
    const marker = `${user} ${channel}`
    this.markers.set(marker, Math.max(this.markers.get(marker) ?? 0, seq))
  }

  /** Reads all that history has, and compares it with all that was stored. */
  readBack(history: History["Service"]): void {
    for (const { channel, entries, id, view } of this.byId.values()) {
      const { first, seq } = Effect.runSync(Effect.orDie(history.load(id, 0)))
      if (seq !== entries.length) this.fail("nothing is lost", `${channel} ends with #${seq}, not #${entries.length}`)
      for (const [user, userId] of this.userIds) {
        const marked = this.markers.get(`${user} ${channel}`) ?? 0
        const markers = Effect.runSync(Effect.orDie(history.markers(userId, { limit: this.byId.size })))
        if ((markers.find(({ channel }) => channel === id)?.read ?? 0) < marked)
          this.fail("nothing is lost", `${user} has read ${channel} up to #${marked}, which is not in history`)
      }
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
          this.fail("nothing is lost", `${channel} #${place} is "${read.at(place)}", not "${view.at(place)}"`)
      }
    }
  }

  private storedOne(id: ChannelId, entry: Entry): void {
    this.counts.stored++
    const said = entry.id === undefined ? undefined : this.said.get(entry.id)
    if (said === undefined) return this.fail("nothing is invented", `${id} #${entry.seq} was said by nobody`)
    const kept = this.byId.get(id) ?? { id, channel: said.channel, entries: [], view: new View() }
    this.byId.set(id, kept)
    const place = `${kept.channel} #${entry.seq}`
    if ((this.byName.get(said.channel) ?? kept) !== kept || kept.channel !== said.channel)
      this.fail("one history for each channel", `${said.id} was said in ${said.channel} and stored in ${kept.channel}`)
    this.byName.set(said.channel, kept)
    if (entry.seq !== kept.entries.length + 1)
      this.fail("no gap in history", `${place} is stored behind #${kept.entries.length}`)
    kept.entries.push(entry)
    kept.view.apply(changeOf(entry))
    this.userIds.set(said.user, entry.from.id)
    if (said.seq !== undefined)
      return this.fail("nothing is stored twice", `${said.id} is ${kept.channel} #${said.seq} and #${entry.seq}`)
    said.seq = entry.seq
    if (entry.from.name !== said.user || !isWhatWasSaid(entry, said.request))
      this.fail("what is stored is what was said", `${place} is not what ${said.user} said as ${said.id}`)
    const lane = `${said.by} ${said.channel}`
    const latest = this.latest.get(lane) ?? -1
    if (said.number < latest)
      this.fail("in the order in which it was said", `${place} is ${said.id}, behind number ${latest} of the program`)
    this.latest.set(lane, said.number)
  }
}

const isWhatWasSaid = (entry: Entry, request: Request): boolean =>
  Object.entries(request).every(([field, value]) => (entry as unknown as Record<string, unknown>)[field] === value)

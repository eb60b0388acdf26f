/** What must never happen, and what must have happened in the end: it knows what everybody did, and what is kept. */
import type { ChannelId } from "../../src/domain/ChannelId.ts"
import type { Entry } from "../../src/history/Entry.ts"
import type { Batch } from "../../src/history/History.ts"
import type { VirtualTime } from "./VirtualTime.ts"

/** A promise that was not kept. */
export interface Violation {
  /** Which one; shrinking looks for the same. */
  readonly promise: string
  readonly detail: string
}

/** Something that somebody said, with whatever is known of it. */
export interface Said {
  readonly id: string
  readonly user: string
  /** The program that said it: one run of it sends in order. */
  readonly by: string
  readonly channel: string
  readonly content: string
  readonly at: number
  /** Its number among what this program said. */
  readonly number: number
  state: "waiting" | "acknowledged" | "refused" | "abandoned"
  seq: number | undefined
}

interface Kept {
  readonly channel: string
  readonly entries: Array<Entry>
}

export class Judge {
  violation: Violation | undefined
  /** Of all that was said. */
  readonly said = new Map<string, Said>()
  readonly counts = { stored: 0, acknowledged: 0, refused: 0, heard: 0 }
  private readonly open = new Set<Said>()
  private readonly time: VirtualTime
  private readonly byId = new Map<ChannelId, Kept>()
  private readonly byName = new Map<string, ChannelId>()
  /** By program and channel, the number of what it said last. */
  private readonly latest = new Map<string, number>()

  constructor(time: VirtualTime) {
    this.time = time
  }

  /** The first one counts. */
  fail(promise: string, detail: string): void {
    this.violation ??= { promise, detail }
  }

  /** What has no answer yet. */
  waiting(): Iterable<Said> {
    return this.open
  }

  say(said: Pick<Said, "by" | "channel" | "content" | "id" | "number" | "user">): Said {
    const all: Said = { ...said, at: this.time.now, state: "waiting", seq: undefined }
    this.said.set(said.id, all)
    this.open.add(all)
    return all
  }

  /** The disk has stored this. */
  stored(channel: ChannelId, { after, entries }: Batch): void {
    const kept = this.byId.get(channel)
    const last = kept?.entries.length ?? 0
    if (after !== last)
      this.fail("no gap in history", `${channel} was appended behind ${after}, its last place is ${last}`)
    for (const entry of entries) this.storedOne(channel, entry)
  }

  acknowledged(said: Said, channel: string, seq: number): void {
    said.state = "acknowledged"
    this.open.delete(said)
    this.counts.acknowledged++
    if (said.seq === seq) return
    this.fail(
      "what is acknowledged is stored",
      said.seq === undefined
        ? `${said.id} was acknowledged as ${channel} #${seq}, and is not in history`
        : `${said.id} was acknowledged as ${channel} #${seq}, and is #${said.seq} in history`,
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

  /** Somebody is told of an entry. */
  heard(who: string, channel: string, seq: number, id: string | undefined): void {
    this.counts.heard++
    const entry = this.entry(channel, seq)
    if (entry === undefined)
      this.fail("what is told is stored", `${who} heard ${channel} #${seq}, which is not in history`)
    else if (entry.id !== id)
      this.fail("what is told is stored", `${who} heard ${id} as ${channel} #${seq}; history has ${entry.id} there`)
  }

  entry(channel: string, seq: number): Entry | undefined {
    const id = this.byName.get(channel)
    return id === undefined ? undefined : this.byId.get(id)?.entries[seq - 1]
  }

  /** The last place of a channel. */
  last(channel: string): number {
    const id = this.byName.get(channel)
    return id === undefined ? 0 : this.byId.get(id)!.entries.length
  }

  get channels(): Iterable<readonly [ChannelId, Kept]> {
    return this.byId
  }

  private storedOne(channel: ChannelId, entry: Entry): void {
    this.counts.stored++
    const said = entry.id === undefined ? undefined : this.said.get(entry.id)
    if (said === undefined) return this.fail("nothing is invented", `${channel} #${entry.seq} was said by nobody`)
    const kept = this.byId.get(channel) ?? { channel: said.channel, entries: [] }
    this.byId.set(channel, kept)
    const place = `${kept.channel} #${entry.seq}`
    if ((this.byName.get(said.channel) ?? channel) !== channel || kept.channel !== said.channel)
      this.fail("one history for each channel", `${said.id} was said in ${said.channel} and stored in ${kept.channel}`)
    this.byName.set(said.channel, channel)
    if (entry.seq !== kept.entries.length + 1)
      this.fail("no gap in history", `${place} is stored behind #${kept.entries.length}`)
    kept.entries.push(entry)
    if (said.seq !== undefined)
      return this.fail("nothing is stored twice", `${said.id} is ${kept.channel} #${said.seq} and #${entry.seq}`)
    said.seq = entry.seq
    if (entry.from.name !== said.user || (entry.type === "Message" && entry.content !== said.content))
      this.fail("what is stored is what was said", `${place} is not what ${said.user} said as ${said.id}`)
    const lane = `${said.by} ${said.channel}`
    const latest = this.latest.get(lane) ?? -1
    if (said.number < latest)
      this.fail(
        "in the order in which it was said",
        `${place} is ${said.id}, behind number ${latest} of the same program`,
      )
    this.latest.set(lane, said.number)
  }
}

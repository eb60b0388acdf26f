/**
 * What is promised of files: what was acknowledged of one is there, what a message carries can be read by whoever may read
 * the channel and by nobody else, and what nobody refers to goes. It hears of everything that the disk notes of files.
 */
import type { Entry } from "../../src/domain/Entry.ts"
import type { FileRecord } from "../../src/files/FileRecord.ts"
import { defaults } from "../../src/files/FileSettings.ts"
import type { FileWrite } from "../../src/testing/simulation/Disk.ts"
import type { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"
import * as Duration from "effect/Duration"
import type { Channel, Channels } from "./Channels.ts"
import type { Content, Contents } from "./Contents.ts"
import * as Rules from "./Rules.ts"

/** A file that somebody wants to send. */
export interface Sent extends Content {
  /** No other file is called so. */
  readonly name: string
  readonly user: string
  /** What the story calls the channel. */
  readonly label: string
  readonly at: number
}

/** A file that is on the disk, or was. */
export interface Filed {
  readonly sent: Sent
  record: FileRecord
  /** Bytes that its sender was told to be safe. */
  acknowledged: number
  /** Its sender has asked for it to go. */
  cancelled: boolean
  postedAt: number | undefined
  /** The places of the messages that carry it. */
  readonly carriers: Set<number>
  /** Since when there is one. */
  carriedAt: number | undefined
  /** When the last of these was taken away. */
  uncarriedAt: number | undefined
  /** Nobody may have heard that it is to go: it stays until it expires. */
  excused: boolean
  goneAt: number | undefined
}

/** Something that is done with a file and has not come to an end. */
export interface Job {
  readonly what: string
  /** The program that does it. */
  readonly by: string
  readonly at: number
  /** Milliseconds, if nothing troubles it. */
  readonly within: number
}

interface World {
  readonly time: VirtualTime
  readonly channels: Channels
  readonly contents: Contents
  readonly fail: (promise: string, detail: string) => void
  readonly someone: (name: string) => Rules.Someone
  /** Whether so many first bytes of a file are on the disk, as they should be. */
  readonly isKept: (record: FileRecord, bytes: Uint8Array) => boolean
}

const maxAge = Duration.toMillis(defaults.maxAge)
/** Uploads that somebody may have begun, less those that may just have ended. */
const manyUploads = defaults.uploads / 2

export class FileTrail {
  readonly counts = { whole: 0, said: 0, read: 0, gone: 0, passed: 0 }
  private readonly world: World
  private readonly sent = new Map<string, Sent>()
  private readonly filed = new Map<string, Filed>()
  private readonly jobs = new Set<Job>()
  /** By how much the clock of the service was ahead at most. */
  mostAhead = 0
  /** Until when it may be that nobody hears what is to go. */
  private troubledUntil = 0

  constructor(world: World) {
    this.world = world
  }

  get all(): Iterable<Filed> {
    return this.filed.values()
  }

  /** Whether the service and its disk have done all the time what they should. */
  get isUntroubled(): boolean {
    return this.troubledUntil === 0
  }

  get(id: string): Filed | undefined {
    return this.filed.get(id)
  }

  /** What is done and has not come to an end. */
  get waiting(): Iterable<Job> {
    return this.jobs
  }

  begin(job: Job): Job {
    this.jobs.add(job)
    return job
  }

  end(job: Job): void {
    this.jobs.delete(job)
  }

  abandoned(by: string): void {
    for (const job of this.jobs) if (job.by === by) this.jobs.delete(job)
  }

  /** The clock of the service was set. */
  clockSet(aheadBy: number): void {
    this.mostAhead = Math.max(this.mostAhead, aheadBy)
  }

  /** The service, or its disk, does not do what it should, up to this moment. */
  trouble(until: number): void {
    this.troubledUntil = Math.max(this.troubledUntil, until)
    for (const filed of this.filed.values()) if (filed.uncarriedAt !== undefined) filed.excused = true
  }

  /** Somebody is about to send a file. */
  asks(sent: Sent): void {
    this.sent.set(sent.name, sent)
  }

  sentAs(name: string): Sent | undefined {
    return this.sent.get(name)
  }

  /** Its sender was told how much of it is safe: at the beginning, when it goes on, and whenever more is. */
  acknowledged(id: string, bytes: number): void {
    const filed = this.filed.get(id)
    if (filed === undefined) return this.fail("what is acknowledged of a file is there", `${id} is not on the disk`)
    const { acknowledged, record, sent } = filed
    if (bytes < acknowledged)
      this.fail(
        "what is acknowledged of a file is there",
        `${sent.name} goes on at ${bytes}, ${acknowledged} bytes were acknowledged`,
      )
    if (filed.goneAt === undefined && record.received < bytes)
      this.fail(
        "what is acknowledged of a file is there",
        `${bytes} bytes of ${sent.name} were acknowledged, ${record.received} are noted`,
      )
    filed.acknowledged = Math.max(acknowledged, bytes)
  }

  /** Its sender was told that it is there. */
  whole(id: string, told: { readonly name: string; readonly size: number; readonly sha256: string }): void {
    const filed = this.filed.get(id)
    const isSo = filed !== undefined && (filed.record.whole || filed.goneAt !== undefined)
    if (!isSo) return this.fail("what is acknowledged of a file is there", `${told.name} is not whole on the disk`)
    const { sent } = filed
    const { sha256 } = this.world.contents.of(sent)
    if (told.name !== sent.name || told.size !== sent.size || told.sha256 !== sha256)
      this.fail("a file is what was sent", `${sent.name} is told to be ${told.name}, ${told.size}, ${told.sha256}`)
    this.counts.whole++
  }

  cancels(id: string): void {
    const filed = this.filed.get(id)
    if (filed !== undefined) filed.cancelled = true
  }

  /** Its sender was told that it is gone. */
  cancelled(id: string): void {
    const filed = this.filed.get(id)
    if (filed?.goneAt === undefined) this.fail("what is cancelled is gone", `${filed?.sent.name} is still there`)
  }

  /** The disk has noted something. */
  wrote(write: FileWrite): void {
    if (write.type === "added") return this.added(write.record)
    const filed = this.filed.get(write.type === "changed" ? write.id : write.record.id)
    if (filed === undefined) return
    if (write.type === "removed") return this.removed(filed, write.before)
    const before = filed.record
    const record = (filed.record = { ...before, ...write.change })
    const { sent } = filed
    if (record.received < before.received || record.received < filed.acknowledged)
      this.fail(
        "what is acknowledged of a file is there",
        `${sent.name} has ${record.received} bytes, and had ${before.received}`,
      )
    const { bytes, sha256 } = this.world.contents.of(sent)
    if (record.whole && (record.sha256 !== sha256 || record.received !== sent.size))
      this.fail("a file is what was sent", `${sent.name} is kept as ${record.sha256}, ${record.received} bytes`)
    if (!this.world.isKept(record, bytes.subarray(0, record.received)))
      this.fail("what is noted of a file is there", `${sent.name} has not its first ${record.received} bytes`)
    if (record.posted) filed.postedAt ??= this.world.time.now
  }

  /** The disk has stored an entry of a channel. */
  stored(channel: Channel, entry: Entry): void {
    if (entry.type === "Deleted") return this.takenAway(channel, entry.target)
    if (entry.type !== "Message" || entry.file === undefined) return
    const { file } = entry
    const place = `${channel.name} #${entry.seq}`
    const filed = this.filed.get(file.id)
    if (filed === undefined || filed.goneAt !== undefined)
      return this.fail("what a message carries is there", `${place} carries ${file.name}, which is not there`)
    const { record } = filed
    if (!record.whole || record.channel !== channel.id || record.user !== entry.from.id)
      this.fail("nobody says what is not whole, or not there, or not its own", `${place} carries ${file.name}`)
    if (file.name !== record.name || file.size !== record.size || file.sha256 !== record.sha256)
      this.fail("a file is what was sent", `${place} carries ${JSON.stringify(file)}`)
    if (filed.carriers.size === 0) filed.carriedAt = this.world.time.now
    filed.carriers.add(entry.seq)
    filed.uncarriedAt = undefined
    filed.excused = false
    this.counts.said++
  }

  /** Somebody gets bytes of a file that it had asked for at a moment. */
  gets(who: string, user: string, id: string, from: number): void {
    const filed = this.filed.get(id)
    if (filed === undefined) return this.fail("nothing is invented", `${who} got ${id}, which nobody has sent`)
    if (this.mayHaveRead(user, filed, from)) return
    const where = this.channelOf(filed)?.name ?? filed.sent.label
    this.fail("nobody gets a file that it may not read", `${who} got ${filed.sent.name} of ${where}`)
  }

  /** Somebody got all of it. */
  read(who: string, user: string, id: string, bytes: Uint8Array, from: number): void {
    this.gets(who, user, id, from)
    const sent = this.filed.get(id)?.sent
    if (sent !== undefined && Buffer.compare(bytes, this.world.contents.of(sent).bytes) !== 0)
      this.fail("a file is what was sent", `${who} got ${bytes.length} other bytes as ${sent.name}`)
    this.counts.read++
  }

  /** Whether somebody could have a file of a channel of this name at any time from a moment on. */
  mustBeReadable(user: string, label: string, id: string, from: number): boolean {
    const filed = this.filed.get(id)
    const { now } = this.world.time
    if (filed === undefined || filed.goneAt !== undefined || filed.carriers.size === 0) return false
    const channel = this.steady(label, from)
    if (channel === undefined || channel !== this.channelOf(filed) || (filed.carriedAt ?? now) > from) return false
    return channel.isDirect || !channel.during(from, now, (record, end) => this.keepsOut(record, user, from, end))
  }

  /** Whether somebody could send a file, or say it, in a channel of this name all the time from a moment on. */
  mustBeTaken(user: string, label: string, id: string | undefined, from: number): boolean {
    const filed = id === undefined ? undefined : this.filed.get(id)
    if (filed !== undefined && (filed.goneAt !== undefined || filed.cancelled)) return false
    const channel = this.steady(label, from)
    if (channel === undefined || (filed !== undefined && channel !== this.channelOf(filed))) return false
    const who = this.world.someone(user)
    return (
      channel.isDirect ||
      !channel.during(
        from,
        this.world.time.now,
        (record, end) => !Rules.maySpeak(record, who, end) || !Rules.maySpeak(record, who, Math.min(from, end)),
      )
    )
  }

  /** Whether somebody has so many uploads that there may be no more. */
  hasMany(user: string): boolean {
    const own = [...this.filed.values()].filter(
      ({ goneAt, record, sent }) => sent.user === user && goneAt === undefined && !record.whole,
    )
    return own.length >= manyUploads
  }

  /** Files that are there, of which nothing has to go. */
  get staying(): ReadonlyArray<Filed> {
    return [...this.filed.values()].filter(({ goneAt }) => goneAt === undefined)
  }

  channelOf({ record }: Filed): Channel | undefined {
    return this.world.channels.get(record.channel)
  }

  private added(record: FileRecord): void {
    const sent = this.sent.get(record.name)
    const { channels, someone, time } = this.world
    if (sent === undefined || sent.size !== record.size)
      return this.fail("nothing is invented", `${record.name} of ${record.size} bytes was sent by nobody`)
    const channel = channels.get(record.channel)
    const mayBe =
      channel?.isDirect !== false ||
      channel.during(sent.at, time.now, (state, end) => Rules.maySpeak(state, someone(sent.user), end))
    if (!mayBe) this.fail("nobody sends a file without the right to", `${sent.name} is noted in ${channel?.name}`)
    this.filed.set(record.id, {
      sent,
      record,
      acknowledged: 0,
      cancelled: false,
      postedAt: undefined,
      carriers: new Set(),
      carriedAt: undefined,
      uncarriedAt: undefined,
      excused: false,
      goneAt: undefined,
    })
  }

  private removed(filed: Filed, before: number | undefined): void {
    const { cancelled, carriers, record, sent } = filed
    const { now } = this.world.time
    filed.goneAt = now
    this.counts.gone++
    const isOld = before !== undefined && before - record.createdAt > maxAge
    if (carriers.size > 0 && !isOld)
      this.fail("what a message carries is there", `${sent.name} was removed, ${carriers.size} messages carry it`)
    if (before !== undefined && before > now + this.mostAhead)
      this.fail("nothing goes early", `${sent.name} has expired before its time`)
    if (before === undefined && !cancelled && !record.posted)
      this.fail("nothing goes early", `${sent.name} was removed, and nobody wanted that`)
  }

  private takenAway(channel: Channel, seq: number): void {
    const message = channel.entries[seq - 1]
    const id = message?.type === "Message" ? message.file?.id : undefined
    const filed = id === undefined ? undefined : this.filed.get(id)
    if (filed === undefined || !filed.carriers.delete(seq) || filed.carriers.size > 0) return
    const { now } = this.world.time
    filed.uncarriedAt = now
    filed.excused = now < this.troubledUntil
  }

  private mayHaveRead(user: string, filed: Filed, from: number): boolean {
    const { carriers, goneAt, postedAt, record, sent, uncarriedAt } = filed
    const { channels, someone, time } = this.world
    const carried = carriers.size > 0 || (uncarriedAt ?? -1) >= from
    const own = sent.user === user && (postedAt ?? time.now) >= from && (goneAt ?? time.now) >= from
    if (!record.whole || !(carried || own)) return false
    const channel = channels.get(record.channel)
    if (channel === undefined || channel.isDirect) return (channel?.name ?? sent.label).split("&").includes(user)
    return channel.everAllowed(someone(user), from, time.now)
  }

  /** The channel that was called so all the time from a moment on. */
  private steady(label: string, from: number): Channel | undefined {
    const channel = this.world.channels.called(label)
    return channel !== undefined && (channel.isDirect || channel.renamedAt <= from) ? channel : undefined
  }

  private keepsOut(record: Parameters<typeof Rules.mayEnter>[0], user: string, from: number, end: number): boolean {
    const who = this.world.someone(user)
    return !Rules.mayEnter(record, who, end) || !Rules.mayEnter(record, who, Math.min(from, end))
  }

  private fail(promise: string, detail: string): void {
    this.world.fail(promise, detail)
  }
}

import type { StoredId } from "./Entry.ts"
import { maxMessageIdLength } from "./Limits.ts"
import type { MessageId } from "./MessageId.ts"
import type { Seq } from "./Seq.ts"
import type { UserId } from "./User.ts"

/** So many are kept as they come: a table takes more than a kilobyte, and most channels stay small. */
const few = 8
/** Rows that a table has room for at first; whenever it is full, it is made twice as large. */
const fewestRows = 16
/** Bytes of an id for which there is room in each of them. */
const usualBytes = 36
/** In place of the number of a user: the row is forgotten. */
const nobody = -1

/** Where an id was stored, and when. */
export type Place = Pick<StoredId, "seq" | "timestamp">

// What a table without rows has in place of rows; never written to.
const none: ReadonlyArray<StoredId> = []
const noUsers: Map<UserId, number> = new Map()
const noNumbers = new Int32Array(0)
const noPlaces = new Float64Array(0)
const noBytes = Buffer.alloc(0)

/**
 * Ids that users gave their messages. It does what a `Map` of maps would, and leaves nothing behind for the garbage
 * collector: an id in a map is an object that lives for minutes, and is copied twice before it is taken for old. Here
 * each id is a row of numbers, and its characters are bytes in one array for all of them. Rows are only ever added.
 */
export class IdTable {
  private numbers = noUsers
  private users: Array<UserId> = []
  private rows = 0
  /** The first, as long as they are few; undefined once they have rows. */
  private list: ReadonlyArray<StoredId> | undefined = none
  /** Three numbers of each row: who gave the id, its hash, and where it ends among the bytes, behind that before it. */
  private keys = noNumbers
  /** Two numbers of each row: the place, and the time. */
  private places = noPlaces
  private bytes = noBytes
  /** Rows by their hash, one more than their number; 0 is free. A row whose slot is taken has the next that is free. */
  private slots = noNumbers
  /** The latest time at which one of them was stored. */
  newest = Number.NEGATIVE_INFINITY

  /** How many ids were added, those forgotten since included. */
  get size(): number {
    return this.list?.length ?? this.rows
  }

  /** When the one that was added first was stored. */
  get earliest(): number {
    if (this.list !== undefined) return this.list[0]?.timestamp ?? Number.POSITIVE_INFINITY
    return this.rows === 0 ? Number.POSITIVE_INFINITY : this.timestampOf(0)
  }

  /** The table itself, empty, with the room that it has: where ids come fast, none has to be made ever again. */
  cleared(): this {
    if (this.list !== undefined) {
      this.list = none
      this.newest = Number.NEGATIVE_INFINITY
      return this
    }
    this.numbers.clear()
    this.users.length = 0
    this.rows = 0
    this.slots.fill(0)
    this.newest = Number.NEGATIVE_INFINITY
    return this
  }

  find(user: UserId, id: MessageId): Place | undefined {
    if (this.list !== undefined) {
      const known = this.list.find((known) => known.id === id && known.user === user)
      return known && { seq: known.seq, timestamp: known.timestamp }
    }
    const owner = this.numbers.get(user)
    if (owner === undefined) return undefined
    const row = this.slots[this.slotOf(owner, id, hashed(owner, id))]! - 1
    return row === -1 ? undefined : { seq: this.seqOf(row), timestamp: this.timestampOf(row) }
  }

  /** Adds an id; one that the user has used before means this place from now on. */
  add(user: UserId, id: MessageId, seq: Seq, timestamp: number): void {
    if (timestamp > this.newest) this.newest = timestamp
    if (this.list === undefined) return this.addRow(user, id, seq, timestamp)
    this.forget(user, id)
    this.list = [...this.list, { user, id, seq, timestamp }]
    if (this.list.length > few) this.tabulate(this.list)
  }

  private tabulate(list: ReadonlyArray<StoredId>): void {
    this.list = undefined
    this.numbers = new Map()
    this.keys = new Int32Array(fewestRows * 3)
    this.places = new Float64Array(fewestRows * 2)
    this.bytes = Buffer.alloc(fewestRows * usualBytes)
    this.slots = new Int32Array(fewestRows * 2)
    for (const { id, seq, timestamp, user } of list) this.addRow(user, id, seq, timestamp)
  }

  private addRow(user: UserId, id: MessageId, seq: Seq, timestamp: number): void {
    const { rows: row } = this
    if (row * 2 === this.places.length) this.grow()
    const owner = this.numberOf(user)
    const hash = hashed(owner, id)
    const slot = this.slotOf(owner, id, hash)
    const before = this.slots[slot]! - 1
    if (before !== -1) this.keys[before * 3] = nobody
    this.slots[slot] = row + 1
    this.keys[row * 3] = owner
    this.keys[row * 3 + 1] = hash
    this.keys[row * 3 + 2] = this.write(id, this.startOf(row))
    this.places[row * 2] = seq
    this.places[row * 2 + 1] = timestamp
    this.rows++
  }

  forget(user: UserId, id: MessageId): void {
    if (this.list !== undefined) {
      this.list = this.list.filter((known) => known.id !== id || known.user !== user)
      return
    }
    const owner = this.numbers.get(user)
    if (owner === undefined) return
    const row = this.slots[this.slotOf(owner, id, hashed(owner, id))]! - 1
    // Its slot stays taken: others may have been put behind it.
    if (row !== -1) this.keys[row * 3] = nobody
  }

  /** Those stored at a time or later, in the order in which they were added. */
  since(time: number): ReadonlyArray<StoredId> {
    if (this.list !== undefined) return this.list.filter(({ timestamp }) => timestamp >= time)
    const known: Array<StoredId> = []
    for (let row = 0; row < this.rows; row++) {
      const owner = this.ownerOf(row)
      const timestamp = this.timestampOf(row)
      if (owner === nobody || timestamp < time) continue
      known.push({ user: this.users[owner]!, id: this.read(row), seq: this.seqOf(row), timestamp })
    }
    return known
  }

  private numberOf(user: UserId): number {
    const known = this.numbers.get(user)
    if (known !== undefined) return known
    this.numbers.set(user, this.users.length)
    return this.users.push(user) - 1
  }

  /** The slot of the row with this id, or the free one where it would be. */
  private slotOf(owner: number, id: MessageId, hash: number): number {
    const { keys, slots } = this
    // Half of them are free at least, so one is found soon.
    for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const row = slots[slot]! - 1
      if (row === -1 || (keys[row * 3 + 1] === hash && keys[row * 3] === owner && this.is(row, id))) return slot
    }
  }

  private ownerOf(row: number): number {
    return this.keys[row * 3]!
  }

  private hashOf(row: number): number {
    return this.keys[row * 3 + 1]!
  }

  private startOf(row: number): number {
    return row === 0 ? 0 : this.endOf(row - 1)
  }

  private endOf(row: number): number {
    return this.keys[row * 3 + 2]!
  }

  private seqOf(row: number): Seq {
    return this.places[row * 2]! as Seq
  }

  private timestampOf(row: number): number {
    return this.places[row * 2 + 1]!
  }

  private is(row: number, id: MessageId): boolean {
    const start = this.startOf(row)
    if (this.endOf(row) - start !== id.length) return false
    for (let at = 0; at < id.length; at++) if (this.bytes[start + at] !== id.charCodeAt(at)) return false
    return true
  }

  private read(row: number): MessageId {
    return this.bytes.toString("latin1", this.startOf(row), this.endOf(row)) as MessageId
  }

  /** An id is ASCII: each character is a byte. */
  private write(id: MessageId, start: number): number {
    const end = start + id.length
    if (end > this.bytes.length) {
      const bytes = Buffer.alloc(Math.max(this.bytes.length * 2, end))
      bytes.set(this.bytes)
      this.bytes = bytes
    }
    const { bytes } = this
    for (let at = 0; at < id.length; at++) bytes[start + at] = id.charCodeAt(at)
    return end
  }

  private grow(): void {
    const rows = this.rows * 2
    this.keys = copied(this.keys, new Int32Array(rows * 3))
    this.places = copied(this.places, new Float64Array(rows * 2))
    this.slots = new Int32Array(rows * 2)
    const mask = this.slots.length - 1
    for (let row = 0; row < this.rows; row++) {
      if (this.ownerOf(row) === nobody) continue
      let slot = this.hashOf(row) & mask
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask
      this.slots[slot] = row + 1
    }
  }
}

const copied = <A extends Int32Array | Float64Array>(from: A, to: A): A => {
  to.set(from)
  return to
}

/**
 * For each character of an id, and for its user, what it is multiplied by. Nobody outside this process can know these,
 * so nobody can choose ids that all have one hash, which would make a table as slow as a list.
 */
const factors = crypto.getRandomValues(new Int32Array(maxMessageIdLength + 1))

/**
 * The sum of the characters, each multiplied by a random factor of its place ("multilinear hashing"). Whatever two ids
 * are, their hashes are equal by chance alone; for characters of seven bits that holds for all bits but the lowest six.
 */
const hashed = (owner: number, id: MessageId): number => {
  let sum = Math.imul(factors[maxMessageIdLength]!, owner)
  for (let at = 0; at < id.length; at++) sum = (sum + Math.imul(factors[at]!, id.charCodeAt(at))) | 0
  return sum >>> 6
}

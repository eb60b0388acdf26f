import type { Encoded } from "../protocol/Encoded.ts"
import type { User } from "../domain/User.ts"
import type { Encoding } from "../protocol/Encoding.ts"
import type { Member } from "./Member.ts"
import type { Lane } from "./Outbox.ts"

/** Gathered to at most this much before it is offered: a batch has to fit in every outbox. */
const maxFrames = 512
const maxBytes = 128 * 1024

interface Batch {
  readonly encoding: Encoding
  readonly bytes: Uint8Array
  readonly frames: number
}

/**
 * What a channel tells all its members in a turn. It is encoded once per encoding and joined into
 * one piece of bytes once per encoding: for a member it costs one push into the outbox, however
 * many messages the turn had.
 */
export class FanOut {
  private readonly members: ReadonlyMap<unknown, Member>
  private pending: Array<Encoded> = []
  private pendingBytes = 0
  /** Something is to be flushed, later. */
  holds = false

  constructor(members: ReadonlyMap<unknown, Member>) {
    this.members = members
  }

  /** Tells everybody who is a member now; it leaves with the next `offer`. `size` is about its bytes. */
  chat(encoded: Encoded, size: number): void {
    this.pending.push(encoded)
    this.pendingBytes += size
    if (this.pending.length >= maxFrames || this.pendingBytes >= maxBytes) this.flush()
  }

  /** Puts what is gathered into the outboxes. To be called before the members change. */
  offer(): void {
    if (this.pending.length === 0) return
    const { pending } = this
    this.pending = []
    this.pendingBytes = 0
    this.each("chat", pending)
  }

  /** Tells everybody but one user, outside the order of the chat. */
  aside(lane: Lane, encoded: Encoded, except: User): void {
    this.each(lane, [encoded], except)
  }

  /** Tells the sessions of one user alone, in the order of the chat. */
  only(user: User, encoded: Encoded): void {
    this.offer()
    for (const member of this.members.values()) {
      const bytes = member.user.id === user.id ? encoded.bytes(member.encoding) : undefined
      if (bytes !== undefined) member.outbox.offer("chat", bytes)
    }
  }

  /** What is gathered may wait for `release`, or for more. */
  hold(): void {
    this.holds = true
  }

  /** Lets what is held leave. */
  release(): void {
    if (this.holds) this.flush()
  }

  /** Puts what is gathered into the outboxes and wakes their writers. */
  flush(): void {
    this.holds = false
    this.offer()
    for (const member of this.members.values()) member.outbox.flush()
  }

  private each(lane: Lane, events: ReadonlyArray<Encoded>, except?: User): void {
    // Two or three encodings at most: a list is faster than a map.
    const batches: Array<Batch> = []
    let batch: Batch | undefined
    for (const member of this.members.values()) {
      if (except !== undefined && member.user.id === except.id) continue
      const { encoding } = member
      // Nearly always the one of the member before.
      if (batch?.encoding !== encoding) batch = batches.find((candidate) => candidate.encoding === encoding)
      if (batch === undefined) {
        const parts = events.flatMap((event) => event.bytes(encoding) ?? [])
        batch = { encoding, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), frames: parts.length }
        batches.push(batch)
      }
      if (batch.frames > 0) member.outbox.offer(lane, batch.bytes, batch.frames)
    }
  }
}

/**
 * Who is in a channel: a pure reducer, owned by the channel's actor.
 *
 * It counts users, not sessions: a second device changes nothing. Somebody who leaves is still
 * shown for a grace time, because most come right back. Changes are gathered for a moment and told
 * as one diff, so that a thousand people reconnecting cost each member a few frames, not a
 * thousand.
 *
 * Diffs are sets: `joined` adds or replaces, `left` removes. A snapshot shows everything up to now,
 * also what the next diff will repeat, so snapshot and diffs in any overlap give the same.
 */
import * as Duration from "effect/Duration"
import type { Status } from "../domain/Status.ts"
import type { User, UserId } from "../domain/User.ts"
import type { Member } from "../protocol/v2/ServerFrame.ts"
import type { Username } from "../domain/Username.ts"

export interface PresenceSettings {
  readonly grace: Duration.Duration
  readonly coalesce: Duration.Duration
  /** A channel with more users than this tells only how many. */
  readonly countOnlyAbove: number
}

/** How a user appears. */
export interface Appearance {
  readonly status: Status
  readonly text?: string | undefined
}

interface Present {
  readonly user: User
  appearance: Appearance
  /** As it is told, made once: whoever comes is told of everybody. */
  member: Member
  /** Sessions in the channel; 0 while the grace time runs. */
  sessions: number
  /** When the grace time is over, in milliseconds. */
  goneAt: number
}

export interface Diff {
  readonly version: number
  readonly count: number
  readonly joined: ReadonlyArray<Member>
  readonly left: ReadonlyArray<Username>
  readonly changed: ReadonlyArray<Member>
  /** `joined` is everybody. */
  readonly full: boolean
}

export interface Snapshot {
  readonly version: number
  readonly count: number
  readonly members: ReadonlyArray<Member>
}

const never = Number.POSITIVE_INFINITY

const toMember = (user: User, appearance: Appearance): Member => ({
  username: user.name,
  status: appearance.status,
  ...(appearance.text === undefined || appearance.text === "" ? {} : { text: appearance.text }),
})

export class Presence {
  private readonly settings: PresenceSettings
  private readonly users = new Map<UserId, Present>()
  private readonly leaving = new Map<UserId, Present>()
  private readonly pending = new Map<UserId, { readonly what: "joined" | "left" | "changed"; readonly who: Present }>()
  private version = 0
  private flushAt = never
  /** Whether somebody was told only the number since the last diff that told names. */
  private counting = false

  constructor(settings: PresenceSettings) {
    this.settings = settings
  }

  /** Users present, those in their grace time too. */
  get count(): number {
    return this.users.size
  }

  /** A session has come. True when it is the user's first: the user was not here a moment ago. */
  join(user: User, appearance: Appearance, now: number): boolean {
    const present = this.users.get(user.id)
    if (present === undefined) {
      const who = { user, appearance, member: toMember(user, appearance), sessions: 1, goneAt: never }
      this.users.set(user.id, who)
      this.note("joined", who, now)
      return true
    }
    present.sessions++
    if (present.sessions > 1) return false
    present.goneAt = never
    this.leaving.delete(user.id)
    this.setStatus(user.id, appearance, now)
    return true
  }

  /** A session has gone. True when it was the user's last. */
  leave(user: UserId, now: number): boolean {
    const present = this.users.get(user)
    if (present === undefined || present.sessions === 0) return false
    present.sessions--
    if (present.sessions > 0) return false
    present.goneAt = now + Duration.toMillis(this.settings.grace)
    this.leaving.set(user, present)
    return true
  }

  setStatus(user: UserId, appearance: Appearance, now: number): void {
    const present = this.users.get(user)
    if (present === undefined) return
    const { status, text } = present.appearance
    if (status === appearance.status && text === appearance.text) return
    present.appearance = appearance
    present.member = toMember(present.user, appearance)
    if (this.pending.get(user)?.what !== "joined") this.note("changed", present, now)
  }

  /** Everybody, for somebody who comes. In a large channel only how many. */
  snapshot(): Snapshot {
    const counting = this.users.size > this.settings.countOnlyAbove
    if (counting) this.counting = true
    const members = counting ? [] : Array.from(this.users.values(), ({ member }) => member)
    return { version: this.version, count: this.users.size, members }
  }

  /** The names of the users with a session here: what version 1 calls its user list. */
  *online(): Iterable<Username> {
    for (const { sessions, user } of this.users.values()) if (sessions > 0) yield user.name
  }

  /** When `advance` next has something to do, in milliseconds; infinity when never. */
  get nextAt(): number {
    let at = this.flushAt
    // All have the same grace: the first to leave is the first to be gone.
    for (const { goneAt } of this.leaving.values()) {
      at = Math.min(at, goneAt)
      break
    }
    return at
  }

  /** Lets time pass: ends grace times, and gives the diff that is due, if one is. */
  advance(now: number): Diff | undefined {
    for (const [id, present] of this.leaving) {
      if (present.goneAt > now) break
      this.leaving.delete(id)
      this.users.delete(id)
      this.note("left", present, now)
    }
    if (this.flushAt > now) return undefined
    return this.flush()
  }

  private note(what: "joined" | "left" | "changed", who: Present, now: number): void {
    this.pending.set(who.user.id, { what, who })
    if (this.flushAt === never) this.flushAt = now + Duration.toMillis(this.settings.coalesce)
  }

  private flush(): Diff {
    this.version++
    this.flushAt = never
    const joined: Array<Member> = []
    const left: Array<Username> = []
    const changed: Array<Member> = []
    const counting = this.users.size > this.settings.countOnlyAbove
    const full = this.counting && !counting
    this.counting = counting
    if (full) {
      joined.push(...this.snapshot().members)
    } else if (!counting) {
      for (const { what, who } of this.pending.values()) {
        if (what === "left") left.push(who.user.name)
        else if (what === "joined") joined.push(who.member)
        else changed.push(who.member)
      }
    }
    this.pending.clear()
    return { version: this.version, count: this.users.size, joined, left, changed, full }
  }
}

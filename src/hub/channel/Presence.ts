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
import type { Appearance, PresentUser } from "../../domain/Appearance.ts"
import type { Presence as PresenceChange } from "../../domain/ChannelEvent.ts"
import type { Person, User, UserId } from "../../domain/User.ts"
import type { Username } from "../../domain/Username.ts"
import type { Resumed } from "./ChannelCommand.ts"
import { Fifo } from "./internal/Fifo.ts"

export interface PresenceSettings {
  readonly grace: Duration.Duration
  readonly coalesce: Duration.Duration
  /** A channel with more users than this tells only how many. */
  readonly countOnlyAbove: number
}

interface Present {
  readonly user: User
  appearance: Appearance
  /** As others are told, made once: whoever comes is told of everybody. */
  shown: PresentUser
  /** Sessions in the channel; 0 while the grace time runs. */
  sessions: number
  /** When the grace time is over, in milliseconds. */
  goneAt: number
  /** The last session has ended, rather than left the channel: others are told that when the grace time is over. */
  ended: boolean
}

interface Leaving {
  readonly present: Present
  readonly goneAt: number
}

export type Diff = Omit<PresenceChange, "type">

/** Somebody's first session has come; `back` before others were told that the one before had ended. */
export type Arrival = "new" | "back"

/** The names of those with a session here, and of those whose last one has ended a moment ago, where there are any. */
export interface NamesKnown {
  readonly names: ReadonlyArray<Username>
  readonly lingering?: ReadonlyArray<Username>
}

export interface Snapshot {
  readonly version: number
  readonly count: number
  readonly members: ReadonlyArray<PresentUser>
}

const never = Number.POSITIVE_INFINITY

/** Milliseconds that nodes have to say who was in a channel which one of them has taken over. */
const settling = 2000

/** Milliseconds after which whoever was lost with a node is taken for gone: a link that just broke is there again by then. */
const lostGrace = 300

const nobody: ReadonlyArray<never> = []

const shownAs = (user: User, { status, text }: Appearance): PresentUser => ({
  username: user.name,
  status,
  ...(text === undefined || text === "" ? {} : { text }),
})

/** Who came back, and perhaps left again since, is not leaving at the time that was noted. */
const passOverReturned = (leaving: Fifo<Leaving>): void => {
  for (let next = leaving.first; next !== undefined; next = leaving.first) {
    if (next.goneAt === next.present.goneAt) return
    leaving.drop()
  }
}

export class Presence {
  private readonly settings: PresenceSettings
  private readonly users = new Map<UserId, Present>()
  /** Those with a session here. */
  private readonly online = new Map<UserId, Username>()
  /** Those in their grace time, in the order in which it ends: all have the same. Who came back may be among them. */
  private readonly leaving = new Fifo<Leaving>()
  /** The same for those who were lost with their node, whose grace time is shorter. */
  private readonly lost = new Fifo<Leaving>()
  /** The guests among them, by name: who comes next under the name takes the place. */
  private readonly guestsLeaving = new Map<Username, Present>()
  private readonly pending = new Map<UserId, { readonly what: "joined" | "left" | "changed"; readonly who: Present }>()
  private version = 0
  private flushAt = never
  /** Whether somebody was told only the number since the last diff that told names. */
  private counting = false
  /** Whether somebody was here who is told of each who comes or goes. */
  private naming = false
  /** With the next diff it is told who has a session here. */
  private listing = false
  /** What newcomers are told, until something changes: it is made, and written, once for all of them. */
  private shown: Snapshot | undefined
  private names: NamesKnown | undefined

  constructor(settings: PresenceSettings) {
    this.settings = settings
  }

  /** Users present, those in their grace time too. */
  get count(): number {
    return this.users.size
  }

  /** A session has come. Undefined when it is not the user's first. */
  join(user: User, appearance: Appearance, now: number): Arrival | undefined {
    const present = this.users.get(user.id) ?? this.succeed(user)
    if (present === undefined) {
      const who = { user, appearance, shown: shownAs(user, appearance), sessions: 1, goneAt: never, ended: false }
      this.users.set(user.id, who)
      this.isOnline(user)
      this.note("joined", who, now)
      return "new"
    }
    present.sessions++
    if (present.sessions > 1) return undefined
    const arrival = present.ended ? "back" : "new"
    present.goneAt = never
    present.ended = false
    if (user.role === "guest") this.guestsLeaving.delete(user.name)
    this.isOnline(user)
    this.setStatus(user.id, appearance, now)
    return arrival
  }

  /**
   * A node had members here, who were told up to a version: by a channel that went on from there, or by this one, over a
   * link that broke. Nobody knows what they have missed, and others have seen them go, perhaps: everybody is told anew who is
   * here, when those who were have had time to say so. Where anybody is told of each, also who has a session here: of `names`
   * at that node, or of others who were told that those of that node went.
   */
  resume({ members, names = false, presence: version }: Omit<Resumed, "request">, now: number): void {
    if (members.length === 0 && version <= this.version) return
    this.naming ||= names
    this.listing ||= this.naming
    this.shown = undefined
    this.counting = true
    if (version > this.version) this.flushAt = now + settling
    else if (this.flushAt === never) this.flushAt = now + settling
    this.version = Math.max(this.version, version)
  }

  /** A session has gone: it has `ended`, and is `lost` with its node perhaps. True when it was the user's last. */
  leave(
    user: UserId,
    now: number,
    { ended = false, lost = false }: { readonly ended?: boolean | undefined; readonly lost?: boolean | undefined } = {},
  ): boolean {
    const present = this.users.get(user)
    if (present === undefined || present.sessions === 0) return false
    present.sessions--
    if (present.sessions > 0) return false
    const goneAt = now + (lost ? lostGrace : Duration.toMillis(this.settings.grace))
    present.goneAt = goneAt
    present.ended = ended
    if (lost) this.lost.push({ present, goneAt })
    else this.leaving.push({ present, goneAt })
    if (present.user.role === "guest") this.guestsLeaving.set(present.user.name, present)
    this.online.delete(user)
    this.names = undefined
    return true
  }

  /** How a user appears who is here. */
  find(user: UserId): (Appearance & { readonly user: User }) | undefined {
    const present = this.users.get(user)
    return present === undefined ? undefined : { ...present.appearance, user: present.user }
  }

  setStatus(user: UserId, appearance: Appearance, now: number): void {
    const present = this.users.get(user)
    if (present === undefined) return
    const { status, text } = present.appearance
    if (status === appearance.status && text === appearance.text) return
    present.appearance = appearance
    present.shown = shownAs(present.user, appearance)
    if (this.pending.get(user)?.what !== "joined") this.note("changed", present, now)
    this.shown = undefined
  }

  /** Everybody, for somebody who comes. In a large channel only how many. The same object until something changes. */
  snapshot(): Snapshot {
    const counting = this.users.size > this.settings.countOnlyAbove
    if (counting) this.counting = true
    return (this.shown ??= {
      version: this.version,
      count: this.users.size,
      members: counting ? nobody : Array.from(this.users.values(), ({ shown }) => shown),
    })
  }

  /** For who is told of each from now on. The same object until something changes. */
  namesKnown(): NamesKnown {
    this.naming = true
    if (this.names !== undefined) return this.names
    const lingering = this.lingering()
    const names = [...this.online.values()]
    return (this.names = lingering.length === 0 ? { names } : { names, lingering })
  }

  /** When `advance` next has something to do, in milliseconds; infinity when never. */
  get nextAt(): number {
    return Math.min(this.flushAt, this.nextToGo.first?.goneAt ?? never)
  }

  /** Ends grace times. Gives those whose session had ended, where anybody is told of each. */
  expire(now: number): ReadonlyArray<User> {
    let gone: Array<User> | undefined
    for (let next = this.nextToGo; (next.first?.goneAt ?? never) <= now; next = this.nextToGo) {
      const { present } = next.first!
      next.drop()
      present.goneAt = never
      this.users.delete(present.user.id)
      if (this.guestsLeaving.get(present.user.name) === present) this.guestsLeaving.delete(present.user.name)
      this.note("left", present, now)
      if (!present.ended) continue
      this.names = undefined
      if (this.naming) (gone ??= []).push(present.user)
    }
    return gone ?? nobody
  }

  /** Lets time pass: ends grace times, and gives the diff that is due, if one is. */
  advance(now: number): Diff | undefined {
    this.expire(now)
    if (this.flushAt > now) return undefined
    return this.flush()
  }

  /** Where the one is whose grace time ends first. */
  private get nextToGo(): Fifo<Leaving> {
    passOverReturned(this.leaving)
    passOverReturned(this.lost)
    return (this.lost.first?.goneAt ?? never) < (this.leaving.first?.goneAt ?? never) ? this.lost : this.leaving
  }

  /**
   * A guest has a new id whenever it signs in, and a name that only one has. Who comes back within the grace time is for
   * the others, who see names, the one who has just left.
   */
  private succeed(user: User): Present | undefined {
    const former = user.role === "guest" ? this.guestsLeaving.get(user.name) : undefined
    if (former === undefined) return undefined
    const { id } = former.user
    const present = { ...former, user }
    former.goneAt = never
    this.users.delete(id)
    this.users.set(user.id, present)
    const noted = this.pending.get(id)
    if (noted !== undefined) {
      this.pending.delete(id)
      this.pending.set(user.id, { what: noted.what, who: present })
    }
    return present
  }

  private peopleOnline(): ReadonlyArray<Person> {
    return Array.from(this.users.values()).flatMap(({ sessions, user }) =>
      sessions > 0 ? { id: user.id, name: user.name } : [],
    )
  }

  /** Those whose last session has ended, and whose grace time runs. */
  private lingering(): ReadonlyArray<Username> {
    if (this.online.size === this.users.size) return nobody
    return Array.from(this.users.values()).flatMap(({ ended, sessions, user }) =>
      sessions === 0 && ended ? user.name : nobody,
    )
  }

  private isOnline({ id, name }: User): void {
    this.online.set(id, name)
    this.names = undefined
  }

  private note(what: "joined" | "left" | "changed", who: Present, now: number): void {
    this.pending.set(who.user.id, { what, who })
    this.shown = undefined
    if (this.flushAt === never) this.flushAt = now + Duration.toMillis(this.settings.coalesce)
  }

  private namesNoted(wanted: "joined" | "left" | "changed"): ReadonlySet<Username> {
    const names = new Set<Username>()
    for (const { what, who } of this.pending.values()) if (what === wanted) names.add(who.user.name)
    return names
  }

  private flush(): Diff {
    this.version++
    this.flushAt = never
    this.shown = undefined
    const joined: Array<PresentUser> = []
    const left: Array<Username> = []
    const changed: Array<PresentUser> = []
    const counting = this.users.size > this.settings.countOnlyAbove
    const full = this.counting && !counting
    this.counting = counting
    if (full) {
      joined.push(...this.snapshot().members)
    } else if (!counting) {
      const back = this.namesNoted("joined")
      for (const { what, who } of this.pending.values()) {
        // Another guest has the name by now.
        if (what === "left") {
          if (!back.has(who.user.name)) left.push(who.user.name)
        } else if (what === "joined") joined.push(who.shown)
        else changed.push(who.shown)
      }
    }
    this.pending.clear()
    const told = { version: this.version, count: this.users.size, joined, left, changed, full }
    if (!this.listing) return told
    this.listing = false
    return { ...told, online: this.peopleOnline() }
  }
}

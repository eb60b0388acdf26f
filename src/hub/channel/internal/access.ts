import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { contains } from "../../../domain/AddressRange.ts"
import { type ChannelRecord, hasEnded, inForce, type Sanction } from "../../../channels/ChannelRecord.ts"
import type { Appearance } from "../../../domain/Appearance.ts"
import type { ChannelRole } from "../../../domain/ChannelRole.ts"
import { between, isDirect, partyIn } from "../../../domain/Direct.ts"
import * as Rights from "../../../domain/Rights.ts"
import { Generations } from "../../../domain/Generations.ts"
import type { Role } from "../../../domain/Role.ts"
import { isGuestId, isWebhookUser, type User, type UserId } from "../../../domain/User.ts"
import type { Requester } from "../ChannelCommand.ts"
import { RequestError, type RequestErrorReason } from "../../../domain/RequestError.ts"

/** Users remembered for slow mode, at least. */
const maxSpeakers = 5_000

/** To whom it is done. */
export interface Target {
  readonly user: Pick<User, "id"> & { readonly role?: Role | undefined }
  /** The role that is given; absent where one is taken away, or it is about something else. */
  readonly role?: ChannelRole | undefined
}

/** Ways of saying something to everybody: whoever is slowed down waits between any two. */
const sayings: ReadonlySet<Rights.Action> = new Set(["publish", "editOwn", "editOthers", "react", "setTopic"])

const refuse = (reason: RequestErrorReason, detail?: string) => new RequestError({ reason, detail })

/** Who may do what in one channel now. Every right is checked here, and only here. */
export class Access {
  /** Undefined where there is no such channel. */
  record: ChannelRecord | undefined
  /** Whether nobody is told that there is a channel that one may not enter. */
  private readonly hides: boolean
  readonly dateAt: (now: number) => number
  /** When each user last said something, where that counts. */
  private readonly spokenAt = new Generations<UserId, number>(maxSpeakers)
  /** What each user showed last beside a status, where that counts: who goes and comes with another text says something. */
  private readonly textOf = new Generations<UserId, string>(maxSpeakers)

  /** `dateAt` tells what the wall clock says at such a `now`: sanctions end at a date. */
  constructor(hides: boolean, dateAt: (now: number) => number) {
    this.hides = hides
    this.dateAt = dateAt
  }

  /** Why this one may not; undefined where it is allowed. `now` is in milliseconds that only go forward. */
  refusal(action: Rights.Action, who: Requester, now: number, target?: Target): RequestError | undefined {
    const { record } = this
    if (record === undefined) return action === "create" ? this.creating(who) : refuse("NoSuchChannel")
    if (action === "create") return refuse("ChannelExists")
    if (who.namesAsOf !== undefined && record.renamedAt !== undefined && record.renamedAt > who.namesAsOf) {
      return refuse("OutOfScope", "This channel has another name since the token was made: it is not the one it is for")
    }
    const standing = this.standing(who.user)
    const kind = isDirect(record.name) ? "direct" : record.access
    const reason = Rights.refusal(action, {
      kind,
      standing,
      banned: this.isBanned(who, now),
      muted: this.isMuted(who.user, now),
      archived: record.archived,
    })
    if (reason !== undefined) {
      // Who comes by an invitation knows of the channel.
      const hides = this.hides && action !== "accept" && this.isStranger(who.user)
      return refuse(hides ? "NoSuchChannel" : reason)
    }
    const wait = sayings.has(action) ? this.tooSoon(who.user, now) : undefined
    if (wait !== undefined) return wait
    return target === undefined ? undefined : this.refusalOn(action, who.user, standing, target)
  }

  /** What somebody is here. */
  standing({ id, role }: Target["user"]): Rights.Standing {
    const { record } = this
    if (record !== undefined && isDirect(record.name)) {
      const other = partyIn(record.id, id)
      return other !== undefined && between(id, other) === (record.name as string) ? "owner" : "stranger"
    }
    if (isWebhookUser(id)) return "webhook"
    if (role === "admin") return "admin"
    // Of who is not here only the id is known. What a guest was given ends with the guest.
    return this.roleOf(id) ?? (role === "guest" || isGuestId(id) ? "guest" : "stranger")
  }

  /** Nothing was ever said in the channel, or set. */
  get isUnused(): boolean {
    return this.record?.unused === true
  }

  private get isSlow(): boolean {
    return (this.record?.slowMode ?? 0) > 0
  }

  roleOf(user: UserId): ChannelRole | undefined {
    return this.record?.roles.get(user)?.role
  }

  /** Notes for slow mode that a user has just said something; the answer takes it back. */
  said(user: UserId, now: number): (() => void) | undefined {
    if (!this.isSlow) return undefined
    const before = this.spokenAt.get(user)
    this.spokenAt.set(user, now)
    return () => {
      if (this.spokenAt.get(user) !== now) return
      if (before === undefined) this.spokenAt.delete(user)
      else this.spokenAt.set(user, before)
    }
  }

  /**
   * What is shown of how a user appears: who may say nothing now does not say it beside a status either, and a new text is
   * said like a message. `before` is the text that was shown last, `undefined` where nobody knows.
   */
  shown(user: User, appearance: Appearance, before: string | undefined, now: number): Appearance {
    const { status, text = "" } = appearance
    if (text === "") return appearance
    const known = before ?? this.textOf.get(user.id)
    const says = known !== undefined && known !== text
    const refusal = this.refusal("publish", { user }, now)
    if (refusal !== undefined && (says || refusal.reason !== "SlowMode")) return { status }
    if (says) this.said(user.id, now)
    if (this.isSlow) this.textOf.set(user.id, text)
    return appearance
  }

  /** The sanctions that hold. */
  sanctions(now: number): ReadonlyArray<Sanction> {
    const date = this.dateAt(now)
    return [...(this.record?.sanctions.values() ?? [])].filter((sanction) => !hasEnded(sanction, date))
  }

  private creating({ user }: Requester): RequestError | undefined {
    const standing = this.standing(user)
    const reason = Rights.refusal("create", { kind: "public", standing, banned: false, muted: false, archived: false })
    return reason === undefined ? undefined : refuse(reason)
  }

  /** Knows nothing of the channel, and is not to learn that it is there. */
  private isStranger(user: User): boolean {
    return this.record?.access === "private" && ["stranger", "guest"].includes(this.standing(user))
  }

  /** Whether somebody is kept out; of a direct conversation: is blocked there. */
  isBanned({ address, user }: Requester, now: number): boolean {
    const { record } = this
    if (record === undefined || record.sanctions.size === 0) return false
    const standing = this.standing(user)
    if (standing === "admin") return false
    if (Option.isSome(inForce(record, "ban", { user }, this.dateAt(now)))) return true
    // Whoever looks after the channel is not kept out by an address.
    if (address === undefined || !Rights.isOrdinary(standing)) return false
    return this.sanctions(now).some(
      ({ kind, subject }) => kind === "ban" && "address" in subject && contains(subject.address, address),
    )
  }

  private isMuted(user: User, now: number): boolean {
    const { record } = this
    if (record === undefined || record.sanctions.size === 0 || user.role === "admin") return false
    return Option.isSome(inForce(record, "mute", { user }, this.dateAt(now)))
  }

  private tooSoon(user: User, now: number): RequestError | undefined {
    const slowMode = this.record?.slowMode ?? 0
    const last = this.spokenAt.get(user.id)
    if (slowMode === 0 || last === undefined || !Rights.isOrdinary(this.standing(user))) return undefined
    const wait = last + slowMode - now
    return wait <= 0 || isDirect(this.record!.name)
      ? undefined
      : new RequestError({ reason: "SlowMode", retryAfter: Duration.millis(wait) })
  }

  private refusalOn(
    action: Rights.Action,
    user: User,
    standing: Rights.Standing,
    { role, user: other }: Target,
  ): RequestError | undefined {
    const itself = other.id === user.id
    const theirs = this.standing(other)
    if (isDirect(this.record!.name)) {
      return !itself && theirs === "owner" && user.role !== "guest" ? undefined : refuse("Forbidden")
    }
    if (itself && ["kick", "ban", "mute"].includes(action)) return refuse("Forbidden", "Not to yourself")
    if (!itself && !Rights.mayActOn(standing, theirs)) return refuse("Forbidden")
    if (role !== undefined) {
      if (!Rights.mayGrant(standing, role)) return refuse("Forbidden")
      if (theirs === "guest") return refuse("Forbidden", "A guest is somebody else tomorrow: no role is kept")
    }
    const removes = action === "ban" || (action === "setRole" && role !== "owner")
    return removes && this.isLastOwner(other.id) ? refuse("Forbidden", "The channel has no other owner") : undefined
  }

  private isLastOwner(user: UserId): boolean {
    const owners = [...(this.record?.roles.values() ?? [])].filter(({ role }) => role === "owner")
    return owners.length === 1 && owners[0]!.user.id === user
  }
}

/** How often one may do what: buckets by user and by address, for each kind of operation that `HubSettings` has a rate for. */
import * as Duration from "effect/Duration"
import { Generations } from "../domain/Generations.ts"
import { isLocal, network } from "../domain/Network.ts"
import { RequestError } from "../domain/RequestError.ts"
import { type Quota, type Rate, TokenBucket } from "../domain/TokenBucket.ts"
import type { User } from "../domain/User.ts"
import { key } from "../domain/NameKey.ts"
import type { HubSettings, OperationRates } from "../hub/HubSettings.ts"
import type { PeersShape } from "../peers/Peers.ts"
import { SharedBuckets } from "../peers/SharedBuckets.ts"

/** Users, and addresses, whose limits are remembered, at least: whoever did something lately. */
const remembered = 10_000

/** What an operation counts as. What is said counts where it is left in a channel, and typing has an interval of its own. */
export type OperationKind = keyof OperationRates["kinds"] | "publishing" | "typing"

type Limited = keyof OperationRates["kinds"]

/** Milliseconds until it may be done; 0 where it may now. */
type Take = (kind: Limited, now: number) => number

/** How long until a message may be said; 0 where one may be said now, which is counted then. */
interface Messages {
  take(now: number): number
}

/** What is left of a kind, as the one is told who asks; undefined where it has no limit. */
type Left = (kind: OperationKind, now: number) => Quota | undefined

/** What somebody may still do: one for all sessions of a user, and for whatever is done without one. */
export interface CallerLimits {
  /** Messages, edits, deletions and reactions; undefined where they have no limit. */
  readonly publishing: Messages | undefined
  readonly take: Take
  /** Undefined where nobody wants to know. */
  readonly left?: Left
}

/** What all users of one address may still do together. */
interface Together {
  /** Messages of the guests among them: who has a name for the asking has as many of them as it likes. */
  readonly guests: TokenBucket | undefined
  readonly take: Take
  readonly left: (kind: Limited, now: number) => Quota | undefined
}

/** The buckets of a user, or of an address, as other nodes ask for them: by what they count. */
interface Kept {
  readonly bucket: (kind: string) => TokenBucket | undefined
}

/** Makes a bucket of somebody, by a key. */
type Make = (rate: Rate, now: number, key: string, kind: string) => TokenBucket

const makeAlone: Make = (rate, now) => new TokenBucket(rate, now)

/** What an address has in common is of no user. */
const addressKey = (network: string): string => `from ${network}`

/** Why it may not be done now. */
export const rateLimited = (what: string, wait: number): RequestError => {
  const seconds = Math.ceil(wait / 100) / 10
  return new RequestError({
    reason: "RateLimited",
    detail: `Too many ${what}: try again in ${seconds} s`,
    retryAfter: Duration.millis(wait),
  })
}

/** The other nodes of the service, with whom the limits are shared. */
interface Sharing {
  readonly peers: PeersShape
  readonly now: () => number
}

export class RateLimits {
  private readonly settings: HubSettings
  private readonly users = new Generations<string, CallerLimits & Kept>(remembered)
  private readonly addresses = new Generations<string, Together & Kept>(remembered)
  private readonly make: Make

  private readonly together: OperationRates["kinds"] | undefined

  constructor(settings: HubSettings, sharing?: Sharing) {
    this.settings = settings
    this.together = settings.operations && timesAsMuch(settings.operations)
    const shared =
      sharing &&
      new SharedBuckets({
        ...sharing,
        name: "limits",
        find: (key, kind) => (this.users.get(key) ?? this.addresses.get(key))?.bucket(kind),
      })
    this.make = shared === undefined ? makeAlone : (...bucket) => shared.make(...bucket)
  }

  /** Of a user who comes from an address, where that is known; undefined where nothing is limited. */
  of(user: User, address: string | undefined, now: number): CallerLimits | undefined {
    const { operations, publishing } = this.settings
    if (publishing === undefined && operations === undefined) return undefined
    const own = this.ofUser(user, address, now)
    // This machine is a proxy as often as a person.
    if (operations === undefined || address === undefined || isLocal(address)) return own
    const together = this.ofAddress(network(address), operations.perAddress, now)
    const guests = user.role === "guest" ? together.guests : undefined
    return {
      publishing: both(own.publishing, guests),
      take: (kind, now) => own.take(kind, now) || together.take(kind, now),
      left: (kind, now) => {
        if (kind === "typing") return undefined
        const others = kind === "publishing" ? guests?.quota(now) : together.left(kind, now)
        return less(own.left?.(kind, now), others)
      },
    }
  }

  private ofUser(user: User, address: string | undefined, now: number): CallerLimits {
    // A guest has a new id each time, and must not have new limits with it.
    const id = user.role === "guest" && address !== undefined ? `guest ${key(user.name)} ${network(address)}` : user.id
    const found = this.users.get(id)
    if (found !== undefined) return found
    const { publishing } = this.settings
    const messages = publishing === undefined ? undefined : this.make(publishing, now, id, "publishing")
    const { left, made, take } = buckets(this.settings.operations?.kinds, this.make, id)
    const limits = {
      publishing: messages,
      take,
      bucket: (kind: string) => (kind === "publishing" ? messages : made(kind)),
      left: (kind: OperationKind, now: number) => {
        if (kind === "publishing") return messages?.quota(now)
        // It has an interval, which is the channel's.
        return kind === "typing" ? undefined : left(kind, now)
      },
    }
    this.users.set(id, limits)
    return limits
  }

  private ofAddress(address: string, times: number, now: number): Together {
    const id = addressKey(address)
    const found = this.addresses.get(id)
    if (found !== undefined) return found
    const { publishing } = this.settings
    const guests = publishing === undefined ? undefined : this.make(timesOf(times)(publishing), now, id, "publishing")
    const { left, made, take } = buckets(this.together, this.make, id)
    const together = { guests, left, take, bucket: (kind: string) => (kind === "publishing" ? guests : made(kind)) }
    this.addresses.set(id, together)
    return together
  }
}

/** A bucket for each kind, made when it is first needed: of most there is never one, and there are many users. */
const buckets = (
  rates: OperationRates["kinds"] | undefined,
  make: Make,
  id: string,
): Pick<Together, "left" | "take"> & { readonly made: Kept["bucket"] } => {
  if (rates === undefined) return { take: () => 0, left: () => undefined, made: () => undefined }
  const made: Partial<Record<string, TokenBucket>> = {}
  const bucket = (kind: Limited, now: number) => (made[kind] ??= make(rates[kind], now, id, kind))
  return {
    take: (kind, now) => bucket(kind, now).take(now),
    left: (kind, now) => bucket(kind, now).quota(now),
    made: (kind) => (Object.hasOwn(made, kind) ? made[kind] : undefined),
  }
}

const timesOf =
  (times: number) =>
  ({ burst, perSecond }: Rate): Rate => ({ burst: burst * times, perSecond: perSecond * times })

const timesAsMuch = ({ kinds, perAddress }: OperationRates): OperationRates["kinds"] => {
  const times = timesOf(perAddress)
  return {
    administration: times(kinds.administration),
    visits: times(kinds.visits),
    status: times(kinds.status),
    reading: times(kinds.reading),
    searches: times(kinds.searches),
  }
}

/** What neither of the two keeps back. */
const both = (own: Messages | undefined, together: Messages | undefined): Messages | undefined =>
  own === undefined || together === undefined ? own : { take: (now: number) => own.take(now) || together.take(now) }

/** Of what less is left. */
const less = (one: Quota | undefined, other: Quota | undefined): Quota | undefined =>
  one === undefined || (other !== undefined && other.left < one.left) ? other : one

import { LruMap } from "../../domain/LruMap.ts"
import { network } from "../../domain/Network.ts"
import { TokenBucket } from "../../domain/TokenBucket.ts"
import type { PeersShape } from "../../peers/Peers.ts"
import { SharedBuckets } from "../../peers/SharedBuckets.ts"
import type { AccountSettings } from "../AccountSettings.ts"

/** Addresses whose registrations are remembered: those that tried last. */
const maxAddresses = 10_000

/** The other nodes, which count the same. */
interface Sharing {
  readonly peers: PeersShape
  readonly now: () => number
}

/** Counts the names that are registered from an address, so that one machine cannot take all of them. */
export class Registrations {
  private readonly limit: AccountSettings["registrations"]
  private readonly byNetwork = new LruMap<string, TokenBucket>()
  private readonly shared: SharedBuckets | undefined

  constructor(limit: AccountSettings["registrations"], sharing?: Sharing) {
    this.limit = limit
    this.shared =
      sharing && new SharedBuckets({ ...sharing, name: "registrations", find: (key) => this.byNetwork.get(key) })
  }

  /** Milliseconds until another may be registered; 0 where one may be now. Counts nothing. */
  wait(address: string, now: number): number {
    return this.bucketOf(address, now)?.wait(now) ?? 0
  }

  /** Counts one. Milliseconds until it may be; 0 where it may be now. */
  take(address: string, now: number): number {
    return this.bucketOf(address, now)?.take(now) ?? 0
  }

  private bucketOf(address: string, now: number): TokenBucket | undefined {
    if (this.limit === undefined) return undefined
    const where = network(address)
    const found = this.byNetwork.use(where)
    if (found !== undefined) return found
    const { burst, perHour } = this.limit
    const rate = { burst, perSecond: perHour / 3600 }
    const bucket = this.shared?.make(rate, now, where, "names") ?? new TokenBucket(rate, now)
    this.byNetwork.set(where, bucket)
    if (this.byNetwork.size > maxAddresses) this.byNetwork.removeOldest()
    return bucket
  }
}

/**
 * Token buckets that are one over all nodes. What is taken here is taken at once, and told to the other nodes a moment later,
 * where one of them has a bucket of the same key; what they tell is taken here, below zero if need be: what was too much is
 * paid back. So n nodes let through what one bucket does, and once, at most, what n - 1 of them let through in the moment that
 * telling takes.
 */
import type { NodeId } from "../domain/NodeId.ts"
import { type Rate, TokenBucket } from "../domain/TokenBucket.ts"
import type { NoticeOf } from "./Notice.ts"
import type { PeersShape } from "./Peers.ts"

/** Buckets in one notice, at most. */
const atOnce = 1000

export class SharedBucket extends TokenBucket {
  readonly key: string
  readonly kind: string
  /** After how many links it was told that it is here: with the next it is told again. */
  announced = 0
  /** Whether another node has one of the same key. */
  shared = false
  /** Taken here, and not told yet. */
  untold = 0
  private readonly owner: SharedBuckets

  constructor(owner: SharedBuckets, rate: Rate, now: number, key: string, kind: string) {
    super(rate, now)
    this.owner = owner
    this.key = key
    this.kind = kind
  }

  override take(now: number): number {
    const wait = super.take(now)
    if (wait === 0) this.owner.taken(this)
    return wait
  }
}

interface Options {
  readonly peers: PeersShape
  /** By which nodes know what buckets these are. */
  readonly name: string
  /** The one that is kept; undefined where there is none. */
  readonly find: (key: string, kind: string) => TokenBucket | undefined
  readonly now: () => number
}

export class SharedBuckets {
  private readonly options: Options
  /** Bounded by the buckets that are kept: it is emptied a moment later. */
  private waiting = new Set<SharedBucket>()

  constructor(options: Options) {
    this.options = options
    const { name, peers } = options
    peers.hear("Spent", (notice, from) => {
      if (notice.of === name) this.spent(notice, from)
    })
    peers.hear("Missing", (notice) => {
      if (notice.of === name) this.missing(notice)
    })
  }

  make(rate: Rate, now: number, key: string, kind: string): TokenBucket {
    return new SharedBucket(this, rate, now, key, kind)
  }

  /** A token was taken here. */
  taken(bucket: SharedBucket): void {
    const { peers } = this.options
    if (bucket.announced === peers.links && !bucket.shared) return
    bucket.untold++
    if (this.waiting.size === 0) peers.later(() => this.flush())
    this.waiting.add(bucket)
  }

  private flush(): void {
    const { name: of, peers } = this.options
    const waiting = [...this.waiting]
    this.waiting = new Set()
    for (let from = 0; from < waiting.length; from += atOnce) {
      const spent = waiting.slice(from, from + atOnce).map((bucket) => {
        const { key, kind, untold: tokens } = bucket
        const first = bucket.announced !== peers.links
        bucket.announced = peers.links
        bucket.untold = 0
        return { key, kind, tokens, first }
      })
      peers.tell({ type: "Spent", of, spent })
    }
  }

  private spent({ of, spent }: NoticeOf<"Spent">, from: NodeId): void {
    const now = this.options.now()
    const missing = spent.flatMap(({ first, key, kind, tokens }) => {
      const bucket = this.find(key, kind)
      if (bucket === undefined) return []
      bucket.spend(tokens, now)
      if (!first) return []
      bucket.shared = true
      // The rest is told by itself, a moment later.
      return [{ key, kind, tokens: bucket.missing(now) - bucket.untold }]
    })
    // Nobody else: what is in it is told to the others by whoever has spent it.
    if (missing.length > 0) this.options.peers.tell({ type: "Missing", of, missing }, from)
  }

  private missing({ missing }: NoticeOf<"Missing">): void {
    const now = this.options.now()
    for (const { key, kind, tokens } of missing) {
      const bucket = this.find(key, kind)
      if (bucket === undefined) continue
      bucket.shared = true
      bucket.spend(Math.max(0, tokens - bucket.missing(now)), now)
    }
  }

  private find(key: string, kind: string): SharedBucket | undefined {
    const found = this.options.find(key, kind)
    return found instanceof SharedBucket ? found : undefined
  }
}

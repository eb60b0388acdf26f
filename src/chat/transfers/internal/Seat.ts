import type { Rate } from "../../../domain/TokenBucket.ts"
import { TokenBucket } from "../../../domain/TokenBucket.ts"
import type { TransferId } from "../../../domain/TransferId.ts"
import type { Party } from "../Party.ts"
import type { Transfer } from "./Transfer.ts"

/** Transfers that ended whose ids a session may still name, since it has not heard of the end. */
const remembered = 16

/** What one session has to do with transfers. */
export class Seat {
  readonly party: Party
  readonly sending = new Map<TransferId, Transfer>()
  readonly taking = new Map<TransferId, Transfer>()
  /** What it was shown and has not answered, the latest last; some of these may not stand any more. */
  shown: Array<Transfer> = []
  readonly pace: TokenBucket
  /** Transfers in which it had a part and that have ended: whether well. */
  private readonly over = new Map<TransferId, boolean>()

  constructor(party: Party, chunks: Rate, now: number) {
    this.party = party
    this.pace = new TokenBucket(chunks, now)
  }

  show(transfer: Transfer, atMost: number): Transfer | undefined {
    this.shown.push(transfer)
    return this.shown.length > atMost ? this.shown.shift() : undefined
  }

  /** The offer that an answer is to; undefined where there is none. It is answered with that. */
  answered(id: TransferId | undefined): Transfer | undefined {
    const answered = id === undefined ? this.shown.at(-1) : this.shown.find((transfer) => transfer.id === id)
    this.shown = this.shown.filter((transfer) => transfer !== answered)
    return answered
  }

  ended(id: TransferId, success: boolean): void {
    this.sending.delete(id)
    this.taking.delete(id)
    this.over.set(id, success)
    if (this.over.size <= remembered) return
    const [oldest] = this.over.keys()
    this.over.delete(oldest!)
  }

  /** How a transfer has ended in which it had a part: whether well. */
  outcome(id: TransferId): boolean | undefined {
    return this.over.get(id)
  }
}

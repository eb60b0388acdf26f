import { type Act, type AuditEntry, maxAudit } from "../ChannelRecord.ts"

/** The audit log of one channel. Its numbers have no gaps, so they say where an entry is. */
export class AuditLog {
  private entries: Array<AuditEntry> = []

  add(act: Act): void {
    this.entries.push({ ...act, number: this.last + 1 })
    // Cut seldom: to take the first from a long array moves all the others.
    if (this.entries.length > maxAudit + maxAudit / 4) this.entries = this.entries.slice(-maxAudit)
  }

  /** The latest before a number, the latest first. */
  page(before: number, limit: number): ReadonlyArray<AuditEntry> {
    const cut = this.last - this.entries.length
    const end = Math.max(0, Math.min(before - 1 - cut, this.entries.length))
    const oldest = Math.max(0, this.entries.length - maxAudit)
    return this.entries.slice(Math.max(oldest, end - limit), Math.max(oldest, end)).reverse()
  }

  private get last(): number {
    return this.entries.at(-1)?.number ?? 0
  }
}

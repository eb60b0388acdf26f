/** Entries of an audit log kept of each kind of act, the latest. */
export const maxAudit = 1000

/** An act with its number: 1, 2, 3 … in each log, those included that are not kept any more. */
export type Numbered<Act> = Act & { readonly number: number }

/** What was done, by the kinds of acts: many of one kind push out none of another. Bounded by the kinds there are. */
export class AuditLog<Act extends { readonly action: string }> {
  private readonly kinds = new Map<string, Array<Numbered<Act>>>()
  private last = 0

  add(act: Act): void {
    const entries = this.kinds.get(act.action) ?? []
    entries.push({ ...act, number: ++this.last })
    // Cut seldom: to take the first from a long array moves all the others.
    this.kinds.set(act.action, entries.length > maxAudit + maxAudit / 4 ? entries.slice(-maxAudit) : entries)
  }

  /** The latest before a number, the latest first. */
  page(before: number, limit: number): ReadonlyArray<Numbered<Act>> {
    return [...this.kinds.values()]
      .flatMap((entries) => {
        const end = entries.findLastIndex(({ number }) => number < before) + 1
        return entries.slice(Math.max(0, entries.length - maxAudit, end - limit), end)
      })
      .toSorted((one, other) => other.number - one.number)
      .slice(0, limit)
  }
}

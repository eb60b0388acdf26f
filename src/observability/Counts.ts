/** Apart in a key, and in no word that is counted. */
const separator = "\u0000"

/** What is counted in place of those beyond the bound. */
const other = "other"

/**
 * How often something happened, by words that say which. For what is not on the way of a frame: a number is looked up. No
 * more words are kept than `most`, whatever strangers bring; what comes beyond them is `other`.
 */
export class Counts<Labels extends ReadonlyArray<string>> {
  private readonly most: number
  private readonly counts = new Map<string, number>()

  /** Those that are known before count as well, with 0: nobody has to wait for the first one to see that there is none. */
  constructor(known: ReadonlyArray<Labels> = [], most = 1000) {
    this.most = most
    for (const labels of known) this.counts.set(labels.join(separator), 0)
  }

  add(...labels: Labels): void {
    const key = labels.join(separator)
    const count = this.counts.get(key)
    if (count !== undefined || this.counts.size < this.most) return void this.counts.set(key, (count ?? 0) + 1)
    const others = labels.map(() => other).join(separator)
    this.counts.set(others, (this.counts.get(others) ?? 0) + 1)
  }

  get(...labels: Labels): number {
    return this.counts.get(labels.join(separator)) ?? 0
  }

  /** In the order in which they came. */
  *entries(): Iterable<readonly [labels: ReadonlyArray<string>, count: number]> {
    for (const [key, count] of this.counts) yield [key.split(separator), count]
  }
}

/** How fast something goes, and how long it will take: by the last few seconds, since the network is not always the same. */

/** Milliseconds that count. */
const window = 5000

export class Pace {
  private readonly seen: Array<{ readonly at: number; readonly done: number }> = []

  /** So much is done at this time, in milliseconds. */
  add(at: number, done: number): void {
    this.seen.push({ at, done })
    while (this.seen.length > 2 && this.seen[1]!.at <= at - window) this.seen.shift()
  }

  /** A second; undefined as long as that is not known. */
  get rate(): number | undefined {
    const [first, last] = [this.seen[0], this.seen.at(-1)]
    if (first === undefined || last === undefined || last.at - first.at < 500) return undefined
    return ((last.done - first.done) * 1000) / (last.at - first.at)
  }
}

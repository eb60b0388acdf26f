/** How values are spread, in plain numbers: how many there were up to each bound, and their sum. */
export class Distribution {
  readonly bounds: ReadonlyArray<number>
  /** How many lay above the bound before and not above this one; the last, above all of them. */
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: ReadonlyArray<number>) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    const { bounds } = this
    let at = 0
    while (at < bounds.length && value > bounds[at]!) at++
    this.counts[at]!++
    this.sum += value
  }
}

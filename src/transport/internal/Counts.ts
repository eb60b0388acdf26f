/** How many connections there are, together and by network. */
export interface Counts {
  readonly total: () => number
  readonly of: (network: string) => number
  readonly add: (network: string) => void
  readonly remove: (network: string) => void
}

/** Of this thread alone. */
export class OwnCounts implements Counts {
  /** At most as many entries as connections: a network without any has none. */
  private readonly byNetwork = new Map<string, number>()
  private all = 0

  total(): number {
    return this.all
  }

  of(network: string): number {
    return this.byNetwork.get(network) ?? 0
  }

  add(network: string): void {
    this.all++
    this.byNetwork.set(network, this.of(network) + 1)
  }

  remove(network: string): void {
    this.all--
    const left = this.of(network) - 1
    if (left === 0) this.byNetwork.delete(network)
    else this.byNetwork.set(network, left)
  }
}

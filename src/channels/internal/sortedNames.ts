import type { ChannelName } from "../../domain/ChannelName.ts"

/** Names in their order, so that a list of them begins anywhere without sorting all. */
export class SortedNames {
  private readonly names: Array<ChannelName> = []

  add(name: ChannelName): void {
    const at = this.indexOf(name)
    if (this.names[at] !== name) this.names.splice(at, 0, name)
  }

  delete(name: ChannelName): void {
    const at = this.indexOf(name)
    if (this.names[at] === name) this.names.splice(at, 1)
  }

  /** Those behind a name, or all. */
  *after(name: ChannelName | undefined): Iterable<ChannelName> {
    const from = name === undefined ? 0 : this.indexOf(name)
    for (let at = this.names[from] === name ? from + 1 : from; at < this.names.length; at++) yield this.names[at]!
  }

  /** Where a name is, or would be. */
  private indexOf(name: ChannelName): number {
    let [from, to] = [0, this.names.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (this.names[middle]! < name) from = middle + 1
      else to = middle
    }
    return from
  }
}

interface Node<K, V> {
  readonly key: K
  value: V
  older: Node<K, V> | undefined
  newer: Node<K, V> | undefined
}

/**
 * A map that knows which of its entries was used longest ago. A plain `Map` can tell that too, if each use deletes the
 * entry and puts it in again; but its iterator then walks over everything deleted before it reaches the first entry.
 */
export class LruMap<K, V> {
  private readonly nodes = new Map<K, Node<K, V>>()
  private oldest: Node<K, V> | undefined
  private newest: Node<K, V> | undefined

  get size(): number {
    return this.nodes.size
  }

  /** Looks without using: the order stays. */
  get(key: K): V | undefined {
    return this.nodes.get(key)?.value
  }

  /** What is there, as the one used last. */
  use(key: K): V | undefined {
    const node = this.nodes.get(key)
    if (node === undefined) return undefined
    if (node !== this.newest) {
      this.unlink(node)
      this.link(node)
    }
    return node.value
  }

  /** Adds or replaces an entry, as the one used last. */
  set(key: K, value: V): void {
    this.delete(key)
    const node: Node<K, V> = { key, value, older: undefined, newer: undefined }
    this.nodes.set(key, node)
    this.link(node)
  }

  delete(key: K): boolean {
    const node = this.nodes.get(key)
    if (node === undefined) return false
    this.nodes.delete(key)
    this.unlink(node)
    return true
  }

  /** Removes the entry that was used longest ago and returns it. */
  removeOldest(): readonly [K, V] | undefined {
    if (this.oldest === undefined) return undefined
    const { key, value } = this.oldest
    this.delete(key)
    return [key, value]
  }

  /** All of them, the one used longest ago first. The one at hand may be deleted. */
  *entries(): Iterable<readonly [K, V]> {
    for (let node = this.oldest; node !== undefined; node = node.newer) yield [node.key, node.value]
  }

  private link(node: Node<K, V>): void {
    node.older = this.newest
    node.newer = undefined
    if (this.newest === undefined) this.oldest = node
    else this.newest.newer = node
    this.newest = node
  }

  private unlink({ newer, older }: Node<K, V>): void {
    if (older === undefined) this.oldest = newer
    else older.newer = newer
    if (newer === undefined) this.newest = older
    else newer.older = older
  }
}

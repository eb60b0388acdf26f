/**
 * Remembers at least the last `size` keys that were set, and at most twice as many: when one generation is full, the one
 * before it is dropped whole. A single `Map` whose oldest key is deleted for every new one would get slower and slower,
 * since looking for its first key passes all that were deleted.
 */
export class RecentMap<K, V extends {}> {
  private readonly size: number
  private recent = new Map<K, V>()
  private older = new Map<K, V>()

  constructor(size: number) {
    this.size = size
  }

  get(key: K): V | undefined {
    return this.recent.get(key) ?? this.older.get(key)
  }

  set(key: K, value: V): void {
    this.recent.set(key, value)
    if (this.recent.size < this.size) return
    this.older = this.recent
    this.recent = new Map()
  }

  delete(key: K): void {
    this.recent.delete(key)
    this.older.delete(key)
  }
}

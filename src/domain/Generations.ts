/**
 * A map that forgets what was set longest ago, in two generations: what was set stays until `size` others were, and at
 * most twice as many are kept. (A `Map` from which the first is deleted whenever one is added is no queue: its iterator
 * passes over every deleted entry.)
 */
export class Generations<K, V> {
  private readonly size: number
  private young = new Map<K, V>()
  private old = new Map<K, V>()

  constructor(size: number) {
    this.size = size
  }

  get(key: K): V | undefined {
    return this.young.get(key) ?? this.old.get(key)
  }

  set(key: K, value: V): void {
    if (this.young.size >= this.size) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, value)
  }

  delete(key: K): void {
    this.young.delete(key)
    this.old.delete(key)
  }
}

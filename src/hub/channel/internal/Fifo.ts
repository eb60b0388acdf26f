/** A queue that costs nothing however long it is: what was taken is dropped in one go, now and then. */
export class Fifo<A> {
  private items: Array<A> = []
  private head = 0

  get first(): A | undefined {
    return this.items[this.head]
  }

  push(item: A): void {
    this.items.push(item)
  }

  /** Drops the first. */
  drop(): void {
    this.head++
    if (this.head < 64 || this.head * 2 < this.items.length) return
    this.items = this.items.slice(this.head)
    this.head = 0
  }
}

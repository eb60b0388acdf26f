/** A list that comes in pages: what was read of it, and how to go on. */
import { type Signal, signal } from "@preact/signals"

export type Reading = "loading" | "ready" | "failed"

export interface Page<Item> {
  readonly items: ReadonlyArray<Item>
  /** Where the next one starts; undefined on the last. */
  readonly next: string | number | undefined
}

/** Reads a page: the first, or the one behind another. */
type Read<Item> = (after: string | number | undefined) => Promise<Page<Item>>

export class Listing<Item> {
  readonly items: Signal<ReadonlyArray<Item>> = signal([])
  readonly state: Signal<Reading> = signal("loading")
  readonly error: Signal<unknown> = signal(undefined)
  readonly hasMore = signal(false)
  private readonly read: Read<Item>
  private next: string | number | undefined
  private readings = 0

  constructor(read: Read<Item>) {
    this.read = read
  }

  /** From the beginning; what is shown stays until the new is there. */
  reload(): Promise<void> {
    return this.take(undefined, () => [])
  }

  more(): Promise<void> {
    return this.take(this.next, () => this.items.value)
  }

  private async take(after: string | number | undefined, before: () => ReadonlyArray<Item>): Promise<void> {
    const reading = ++this.readings
    if (this.state.value === "failed") this.state.value = "loading"
    try {
      const { items, next } = await this.read(after)
      // What was asked for later counts.
      if (reading !== this.readings) return
      this.items.value = [...before(), ...items]
      this.next = next
      this.hasMore.value = next !== undefined
      this.state.value = "ready"
    } catch (error) {
      if (reading !== this.readings) return
      this.error.value = error
      this.state.value = "failed"
    }
  }
}

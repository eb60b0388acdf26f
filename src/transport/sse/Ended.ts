/** Sessions that have ended: a reader that comes back hears what it has missed, and why. */
import { LruMap } from "../../domain/LruMap.ts"
import type { SseConnection } from "./SseConnection.ts"

/** At most so many, … */
const most = 4096
/** … and so many bytes that were said to them. */
const mostBytes = 16 * 1024 * 1024

interface Entry {
  readonly connection: SseConnection
  /** In milliseconds. */
  readonly until: number
}

export class Ended {
  /** In the order in which they ended. */
  private readonly entries = new LruMap<string, Entry>()
  private bytes = 0
  private readonly patience: number

  /** Each is kept for so many milliseconds. */
  constructor(patience: number) {
    this.patience = patience
  }

  get size(): number {
    return this.entries.size
  }

  add(connection: SseConnection, now: number): void {
    this.entries.set(connection.key, { connection, until: now + this.patience })
    this.bytes += connection.kept
    while (this.entries.size > most || this.bytes > mostBytes) this.drop()
  }

  get(key: string): SseConnection | undefined {
    return this.entries.get(key)?.connection
  }

  /** Forgets those that have been kept long enough. */
  expire(now: number): void {
    for (const [, { until }] of this.entries.entries()) {
      if (until > now) return
      this.drop()
    }
  }

  private drop(): void {
    const [, oldest] = this.entries.removeOldest() ?? []
    this.bytes -= oldest?.connection.kept ?? 0
  }
}

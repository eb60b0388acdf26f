import { LruMap } from "../../domain/LruMap.ts"
import type { Page } from "../../history/HistoryShape.ts"

/** How many are kept: each is of 32 Ki characters at most. */
const kept = 64
/** Milliseconds for which one is as it was read: what is too old is removed from history behind its back. */
const good = 1000

interface Kept {
  readonly page: Page
  readonly until: number
}

/**
 * Pages of history that were read just now. As long as nothing was said in a channel its pages stay as they are, and when
 * something was, everybody who looks asks for the same.
 */
export class RecentPages {
  private readonly pages = new LruMap<string, Kept>()

  get(key: string, now: number): Page | undefined {
    const found = this.pages.use(key)
    return found !== undefined && found.until > now ? found.page : undefined
  }

  set(key: string, page: Page, now: number): void {
    this.pages.set(key, { page, until: now + good })
    if (this.pages.size > kept) this.pages.removeOldest()
  }
}

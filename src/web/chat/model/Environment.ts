/** What the page needs of the browser that holds it; in tests something else. */
export interface Environment {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Runs it later; what is returned cancels it. */
  readonly later: (millis: number, run: () => void) => () => void
  /** Runs it before the page is drawn the next time, or soon where it is not seen. */
  readonly beforePaint: (run: () => void) => void
  /** What stays over a reload, the same for all tabs. A string that is undefined is removed. */
  readonly keep: (key: string, value: string | undefined) => void
  readonly kept: (key: string) => string | undefined
  /** Told which key another tab has changed. */
  readonly onKept: (changed: (key: string) => void) => void
  /** Whether somebody looks at the page. */
  readonly isSeen: () => boolean
}

/** The browser as the page uses it. */
import type { Environment } from "../model/Environment.ts"

/** Private windows may have no store, and one can be full: then nothing stays. */
const attempt = <A>(run: () => A): A | undefined => {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** Milliseconds that one waits for a picture. */
const maxPaint = 100

export const browser: Environment = {
  now: () => Date.now(),
  later: (millis, run) => {
    const timer = setTimeout(run, millis)
    return () => clearTimeout(timer)
  },
  beforePaint: (run) => {
    let isDone = false
    const once = () => {
      if (!isDone) run()
      isDone = true
    }
    // A page in the background draws nothing, and it may be there before the next picture.
    setTimeout(once, maxPaint)
    if (!document.hidden) requestAnimationFrame(once)
  },
  keep: (key, value) => {
    attempt(() => (value === undefined ? localStorage.removeItem(key) : localStorage.setItem(key, value)))
  },
  kept: (key) => attempt(() => localStorage.getItem(key)) ?? undefined,
  onKept: (changed) => addEventListener("storage", ({ key }) => key !== null && changed(key)),
  isSeen: () => document.visibilityState === "visible" && document.hasFocus(),
}

import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Where progress is shown. */
export interface ProgressScreen {
  /** Whether the cursor can be moved on it. */
  readonly inPlace: boolean
  readonly colours: boolean
  readonly columns: () => number
  /** Whether what was written before has been taken. */
  readonly ready: () => boolean
  readonly write: (text: string) => void
  /** Until the scope ends, however it does. */
  readonly hideCursor: Effect.Effect<void, never, Scope.Scope>
}

const showCursor = "\u001b[?25h"

/** Standard error, as it is when this runs. */
export const standardError: Effect.Effect<ProgressScreen> = Effect.sync(() => {
  const { env, stderr } = process
  const write = (text: string) => void stderr.write(text)
  const restore = () => write(showCursor)
  return {
    inPlace: stderr.isTTY && env["TERM"] !== "dumb",
    colours: !env["NO_COLOR"],
    columns: () => stderr.columns || 80,
    ready: () => !stderr.writableNeedDrain,
    write,
    hideCursor: Effect.acquireRelease(
      Effect.sync(() => {
        // A second Ctrl-C ends the process at once, and no scope.
        process.once("exit", restore)
        write("\u001b[?25l")
      }),
      () =>
        Effect.sync(() => {
          process.off("exit", restore)
          restore()
        }),
    ),
  }
})

/** A terminal that is drawn on as a whole, and left as it was. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"

export interface Terminal {
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** Draws these rows, in place of what was there. Nothing is drawn while the terminal does not keep up. */
  readonly draw: (rows: ReadonlyArray<string>) => void
  /** Waits for a key, or for another size. */
  readonly next: Effect.Effect<"quit" | "resized">
}

const enter = "\u001b[?1049h\u001b[?25l\u001b[2J"
const leave = "\u001b[?25h\u001b[?1049l"

/** Ctrl-C comes as a key while the terminal hands over each. */
const quits = ["q", "Q", "\u0003", "\u0004"]

export const open: Effect.Effect<Terminal, never, Scope.Scope> = Effect.gen(function* () {
  const { stdin, stdout } = process
  const happened = yield* Queue.sliding<"quit" | "resized">(4)
  const onResize = () => void Queue.offerUnsafe(happened, "resized")
  const onData = (keys: Buffer) => {
    if (quits.some((key) => keys.includes(key))) Queue.offerUnsafe(happened, "quit")
  }
  const restore = () => {
    if (stdin.isTTY) stdin.setRawMode(false)
    stdout.write(leave)
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      // A second signal ends the process at once, and no scope.
      process.once("exit", restore)
      stdout.write(enter)
      stdout.on("resize", onResize)
      if (stdin.isTTY) stdin.setRawMode(true)
      stdin.on("data", onData)
    }),
    () =>
      Effect.sync(() => {
        process.off("exit", restore)
        stdin.off("data", onData)
        stdin.pause()
        stdout.off("resize", onResize)
        restore()
      }),
  )
  return {
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    draw: (rows) => {
      if (stdout.writableNeedDrain) return
      stdout.write(`\u001b[H${rows.map((row) => `${row}\u001b[K`).join("\r\n")}\u001b[J`)
    },
    next: Queue.take(happened),
  }
})

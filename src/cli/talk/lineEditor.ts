/** A terminal that prints lines above the line that is being typed. */
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Readline from "node:readline"

/** Typed or pasted lines that wait to be taken, at most. Further ones are dropped, with a beep. */
const typedAhead = 256

export interface Terminal {
  /** Prints text that ends in a newline above the line that is being typed. */
  readonly above: (text: string) => void
  /** The typed lines; ends with Ctrl-D. */
  readonly typed: Stream.Stream<string>
  /** Done with Ctrl-C. */
  readonly left: Effect.Effect<void>
}

export const open: Effect.Effect<Terminal, never, Scope.Scope> = Effect.gen(function* () {
  const { stdin, stdout } = process
  const lines = yield* Queue.dropping<string, Cause.Done>(typedAhead)
  const left = Deferred.makeUnsafe<void>()
  let typedRows = 0
  let closed = false

  // Enter moves the cursor below what was typed, so the number of rows is noted before that.
  const measure = (_: string | undefined, key: Readline.Key) => {
    if (key.name !== "return" && key.name !== "enter") return
    reader.write(null, { ctrl: true, name: "e" })
    typedRows = reader.getCursorPos().rows
  }
  stdin.on("keypress", measure)
  const reader = Readline.createInterface({ input: stdin, output: stdout, terminal: true, prompt: "> " })

  /** Removes the typed line from the screen: it is shown when the server sends it back. */
  const erase = () => {
    Readline.moveCursor(stdout, 0, -(typedRows + 1))
    Readline.cursorTo(stdout, 0)
    Readline.clearScreenDown(stdout)
  }
  reader.on("line", (line) => {
    erase()
    if (line.trim() !== "" && !Queue.offerUnsafe(lines, line)) stdout.write("\u0007")
    reader.prompt()
  })
  reader.on("SIGINT", () => {
    Deferred.doneUnsafe(left, Exit.void)
  })
  reader.on("close", () => {
    closed = true
    Readline.cursorTo(stdout, 0)
    Readline.clearScreenDown(stdout)
    Queue.endUnsafe(lines)
  })

  /** Removes the prompt, and what is being typed, from the screen. */
  const clear = () => {
    reader.write(null, { ctrl: true, name: "e" })
    reader.write(null, { ctrl: true, name: "u" })
    Readline.cursorTo(stdout, 0)
    Readline.clearScreenDown(stdout)
  }
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      stdin.off("keypress", measure)
      if (closed) return
      clear()
      reader.close()
    }),
  )
  reader.prompt()

  const above = (text: string): void => {
    if (closed) return void stdout.write(text)
    const { cursor, line } = reader
    clear()
    stdout.write(text)
    reader.prompt()
    reader.write(line)
    while (reader.cursor > cursor) reader.write(null, { name: "left" })
  }
  return { above, typed: Stream.fromQueue(lines), left: Deferred.await(left) }
})

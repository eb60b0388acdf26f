import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { environment } from "../../cli/NatterProcess.ts"
import { spawn } from "../../cli/Screen.ts"

const program = path.join(import.meta.dirname, "fixtures/keys.ts")

const escape = "\u001b"

/** What terminals send, and what it means. */
const keys: ReadonlyArray<readonly [string, string]> = [
  ["a", '"a"'],
  ["é日👩‍👧", '"é日👩‍👧"'],
  ["\r", "enter"],
  [`${escape}\r`, "alt+enter"],
  [`${escape}[13;2u`, "shift+enter"],
  ["\n", 'ctrl+"j"'],
  ["\t", "tab"],
  [`${escape}[Z`, "shift+tab"],
  ["\u007f", "backspace"],
  [`${escape}\u007f`, "alt+backspace"],
  [`${escape}[3~`, "delete"],
  [`${escape}[A`, "up"],
  [`${escape}OB`, "down"],
  [`${escape}[1;5D`, "ctrl+left"],
  [`${escape}[1;5C`, "ctrl+right"],
  [`${escape}[1;3A`, "alt+up"],
  [`${escape}[1;3B`, "alt+down"],
  [`${escape}[1;3D`, "alt+left"],
  [`${escape}[H`, "home"],
  [`${escape}[4~`, "end"],
  [`${escape}[5~`, "pageUp"],
  [`${escape}[6~`, "pageDown"],
  [`${escape}[1;5H`, "ctrl+home"],
  [`${escape}1`, 'alt+"1"'],
  [`${escape}b`, 'alt+"b"'],
  ["\u0001", 'ctrl+"a"'],
  ["\u0003", 'ctrl+"c"'],
  ["\u0017", 'ctrl+"w"'],
  [`${escape}[99;5u`, 'ctrl+"c"'],
  [`${escape}[97;3u`, 'alt+"a"'],
  [escape, "escape"],
]

describe("the keyboard", () => {
  it.live("knows the keys that terminals send", () =>
    Effect.gen(function* () {
      const screen = yield* spawn(process.execPath, [program], { env: environment })
      yield* screen.until("the keyboard", () => screen.state().bracketedPaste)
      for (const [sent, meant] of keys) {
        screen.type(`${sent}`)
        yield* screen.until(
          `${JSON.stringify(sent)} as ${meant}`,
          () =>
            screen
              .rows()
              .filter((row) => row !== "")
              .at(-1) === meant,
        )
      }
    }).pipe(Effect.scoped),
  )

  it.live("takes apart what comes in one piece, and leaves what is pasted whole", () =>
    Effect.gen(function* () {
      const screen = yield* spawn(process.execPath, [program], { env: environment })
      yield* screen.until("the keyboard", () => screen.state().bracketedPaste)
      screen.type("hello\rworld\r")
      yield* screen.shows(/ready\n"hello"\nenter\n"world"\nenter\n/)
      screen.paste("one\ntwo\n\nfour")
      yield* screen.shows(/pasted "one\\ntwo\\n\\nfour"/)
    }).pipe(Effect.scoped),
  )
})

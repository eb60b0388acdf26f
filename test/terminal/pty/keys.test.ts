import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { environment } from "../../cli/NatterProcess.ts"
import { spawn } from "../../cli/Screen.ts"
import { enter, join, shared } from "./chat.ts"

const program = path.join(import.meta.dirname, "fixtures/keys.ts")

const escape = "\u001b"

/** As they come from a terminal, and what has to have come last. */
const typed: ReadonlyArray<readonly [string, string]> = [
  ["é日👩‍👧", '"é日👩‍👧"'],
  [`${escape}\r`, "alt+enter"],
  ["\n", 'ctrl+"j"'],
  ["\u007f", "backspace"],
  ["\u0003", 'ctrl+"c"'],
  [escape, "escape"],
  [`${escape}[1;3A`, "alt+up"],
  [`${escape}[200~hello`, 'pasted "hello"'],
  ["one\rtwo\r", "enter"],
]

describe("the keyboard", () => {
  it.live("knows the keys that terminals send, and waits for none that do not come", () =>
    Effect.gen(function* () {
      const screen = yield* spawn(process.execPath, [program], { env: environment })
      yield* screen.shows(/ready/)
      const last = () =>
        screen
          .rows()
          .filter((row) => row !== "")
          .at(-1)
      for (const [sent, meant] of typed) {
        screen.type(sent)
        yield* screen.until(`${JSON.stringify(sent)} as ${meant}`, () => last() === meant)
      }
      screen.paste("one\ntwo\n\nfour")
      yield* screen.shows(/"one"\nenter\n"two"\nenter\npasted "one\\ntwo\\n\\nfour"/)
    }).pipe(Effect.scoped),
  )

  it.live("is whole in a terminal that answers, as is the wheel, and no answer is shown", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const ann = yield* join(port, "ann", { kitty: true })
      yield* ann.until("kitty's protocol", () => ann.raw().includes(`${escape}[>5u`))
      assert.match(ann.rows()[0]!, /^ #lobby \(1\)/)
      assert.notInclude(ann.text(), "[?0u")
      // The protocol is asked for on the screen that is drawn on, and not by a terminal that echoes.
      assert.isBelow(ann.raw().indexOf(`${escape}[?1049h`), ann.raw().indexOf(`${escape}[?u`))
      for (let line = 1; line <= 30; line++) ann.type(`line ${line}${enter}`)
      yield* ann.shows(/line 30\n/)
      assert.isTrue(ann.state().mouse)
      for (let turn = 0; turn < 3; turn++) ann.type(`${escape}[<64;40;10M`)
      yield* ann.shows(/↓ \d+ more lines/)
      ann.type("a word")
      yield* ann.shows(/> a word/)
      assert.notInclude(ann.text(), "Changing what you said")
      // On a Russian layout, and with a key to which nothing is bound.
      ann.type(`${escape}[99;9u${escape}[1089::99;5u`)
      yield* ann.shows(/> Write a message/)
      ann.type(`${escape}[1089;5u${escape}[1089;5u`)
      assert.strictEqual(yield* ann.ended, 0)
      assert.include(ann.raw(), `${escape}[<u`)
      assert.isFalse(ann.state().mouse)
    }).pipe(Effect.scoped),
  )
})

/** What only a real terminal shows of a draft that is written elsewhere, and of the view to copy from. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { makeFolder } from "../../cli/NatterProcess.ts"
import { escape, join, shared, untouched } from "./chat.ts"

/** An editor of one line: what it is told is behind what was there, unless it is told to fail. */
const script = `
printf 'the editor has %s\\n' "$(cat "$1")"
read line
[ "$line" = fail ] && exit 3
printf '%s and %s' "$(cat "$1")" "$line" > "$1"
`

describe("natter chat", () => {
  it.live("gives the terminal to an editor and to who copies, and takes it again, however that ends", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const file = path.join(makeFolder(), "editor.sh")
      fs.writeFileSync(file, script)
      const ann = yield* join(port, "ann", { env: { EDITOR: `sh '${file}'`, VISUAL: "" } })
      const taken = { alternate: true, bracketedPaste: true }
      const taking = ann.until("the screen to be taken again", () => {
        const { alternate, bracketedPaste } = ann.state()
        return alternate && bracketedPaste
      })

      ann.type(`one${escape}e`)
      yield* ann.shows(/the editor has one/)
      assert.deepInclude(ann.state(), { ...untouched, cursorShown: ann.state().cursorShown })
      // Continued, as after a stop from elsewhere, we still wait for the editor.
      process.kill(ann.pid, "SIGCONT")
      ann.type("two\r")
      yield* ann.shows(/> one and two/)
      yield* taking
      assert.deepInclude(ann.state(), taken)

      let draft = "one and two"
      for (const [keys, why] of [
        ["fail\r", /The draft is as it was: sh .*: it ended with exit +code 3/],
        // The signal is for both: the editor ends by it, and we do not.
        ["\u0003", /The draft is as it was: sh .*: it was ended by +SIGINT/],
      ] as const) {
        // What it said before still stands on that screen.
        ann.type("!")
        draft += "!"
        yield* ann.shows(new RegExp(`> ${draft}`))
        ann.type(`${escape}e`)
        yield* ann.shows(new RegExp(`the editor has ${draft}\n`))
        ann.type(keys)
        yield* ann.until(String(why), () =>
          why.test(
            ann
              .text()
              .replaceAll(/\s*\n *[│·]? */g, " ")
              .replaceAll(/ +/g, " "),
          ),
        )
        yield* ann.shows(new RegExp(`> ${draft}`))
        yield* taking
      }

      ann.type(`\u0015many words ${"in one line ".repeat(12)}\r`)
      yield* ann.shows(/> Write/)
      ann.type(`${escape}l`)
      yield* ann.shows(/Any key goes back/)
      // No list beside it, and it goes over the edge of the screen.
      assert.match(ann.text(), /^\d\d:\d\d ann: many words in one line .{40,}\n.*in one line/m)
      assert.notMatch(ann.text(), /│/)
      ann.type("x")
      yield* ann.shows(/#lobby.*│[^]*> Write/)
      yield* taking
      ann.type("/quit\r")
      assert.strictEqual(yield* ann.ended, 0)
      assert.deepInclude(ann.state(), untouched)
    }).pipe(Effect.scoped),
  )
})

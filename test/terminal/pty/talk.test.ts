// The output is full of control characters.
/* oxlint-disable no-control-regex */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { enter, escape, join, server, untouched } from "./chat.ts"

describe("natter chat", () => {
  it.live("lets two people talk, and leaves the terminal as it was", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const ann = yield* join(port, "ann")
      const bob = yield* join(port, "bob")
      yield* ann.shows(/#lobby \(2\)/)
      const title = "#lobby – natter"
      assert.deepInclude(ann.state(), { alternate: true, bracketedPaste: true, cursorShown: true, title })
      ann.type(`hello bob${enter}`)
      yield* bob.shows(/ann \d\d:\d\d\n.*  hello bob/)
      bob.type("hi")
      yield* ann.shows(/bob is typing …/)
      bob.type(` ann${enter}`)
      yield* ann.shows(/bob \d\d:\d\d\n.*  hi ann/)
      // The cursor is where the next letter goes.
      ann.type("日本 e\u0301!")
      yield* ann.shows(/> 日本 e\u0301!/)
      yield* ann.until("the cursor behind what was typed", () => ann.cursor().x === 9 && ann.cursor().y === 23)
      ann.type(`${enter}/quit${enter}`)
      assert.strictEqual(yield* ann.ended, 0)
      assert.deepInclude(ann.state(), untouched)
      assert.notInclude(ann.raw(), "secret")
    }).pipe(Effect.scoped),
  )

  it.live("counts what is not read, elsewhere and above", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const ann = yield* join(port, "ann", { args: ["--channel", "ops", "--channel", "lobby"] })
      const bob = yield* join(port, "bob")
      bob.type(`one${enter}two${enter}`)
      yield* ann.shows(/#lobby +2 │/)
      bob.type(`ann: three${enter}`)
      yield* ann.shows(/#lobby +3 @1 │/)
      yield* ann.until("the title to tell", () => ann.state().title === "(1) #ops – natter")
      // The bell, once.
      assert.lengthOf(ann.raw().match(/\u0007/g)!, 1)
      ann.type(`${escape}2`)
      yield* ann.shows(/ new ─/)
      yield* ann.shows(/#lobby +│.*\n/)
      // Messages that come while one reads further up are counted, and scroll nothing.
      ann.resize({ columns: 80, rows: 9 })
      // The header on the first row: before it draws anew, the last rows of the former size stand there.
      yield* ann.shows(/^ #lobby \(\d+\)(.*\n){8}> Write/)
      ann.type(`${escape}[5~`)
      yield* ann.shows(/↓ \d+ more lines? \(/)
      bob.type(`four${enter}`)
      yield* ann.shows(/↓ \d+ more lines?, 1 new/)
      ann.type(`${escape}[1;5F`)
      yield* ann.shows(/  four\n/)
    }).pipe(Effect.scoped),
  )

  it.live("takes a paste of many lines as one message", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const ann = yield* join(port, "ann")
      const bob = yield* join(port, "bob")
      ann.paste("one\ntwo\nthree\n\nfive\n")
      yield* ann.shows(/> one\n  two\n  three\n  *\n  five/)
      ann.type(enter)
      yield* bob.shows(/ann \d\d:\d\d\n.*  one\n.*  two\n.*  three\n.*\n.*  five\n/)
      // Lines can be typed too: with Alt+Enter, Ctrl+J, and Shift+Enter where the terminal tells of it.
      ann.type(`a${escape}\rb\nc${escape}[13;2ud${enter}`)
      yield* bob.shows(/  a\n.*  b\n.*  c\n.*  d\n/)
      assert.lengthOf(bob.text().match(/ann \d\d:\d\d/g)!, 1)
    }).pipe(Effect.scoped),
  )

  it.live("searches, completes, and helps", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const ann = yield* join(port, "ann")
      const bob = yield* join(port, "bob")
      bob.type(`the first needle${enter}hay${enter}another needle${enter}`)
      yield* ann.shows(/another needle/)

      ann.type("\u0006needle")
      yield* ann.shows(/Search: needle +2 of 2/)
      ann.type(`${escape}[A`)
      yield* ann.shows(/1 of 2/)
      const row = ann.rows().findIndex((row) => row.includes("the first needle"))
      const at = ann.rows()[row]!.indexOf("needle")
      assert.isTrue(
        ann
          .cells(row)
          .slice(at, at + 6)
          .every(({ inverse }) => inverse),
      )
      ann.type(escape)
      yield* ann.until("the search to be closed", () => !ann.text().includes("Search:"))

      ann.type("bo\t")
      yield* ann.shows(/> bob:$/m)
      ann.type(`\u0015/st\t`)
      yield* ann.shows(/ \/status *\n> \/status$/m)
      ann.type("\u0015/helpp")
      ann.type(`\u007f${enter}`)
      yield* ann.shows(/Commands\n +\/join CHANNEL[^]*Esc closes this/)
      ann.type(escape)
      yield* ann.shows(/> Write a message/)
    }).pipe(Effect.scoped),
  )
})

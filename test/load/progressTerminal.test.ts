import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { environment, Process } from "../cli/NatterProcess.ts"
import { type Size, spawn } from "../cli/Screen.ts"

const fixture = path.join(import.meta.dirname, "fixtures/progress.ts")
const ctrlC = "\u0003"

const open = (args: ReadonlyArray<string>, options: { size?: Size; env?: NodeJS.ProcessEnv } = {}) =>
  spawn(process.execPath, [fixture, ...args], {
    size: options.size,
    env: { ...environment, TERM: "xterm-256color", ...options.env },
  })

describe("Progress in a real terminal", () => {
  it.live("hides the cursor while it draws, and gives it back with Ctrl-C", () =>
    Effect.gen(function* () {
      const screen = yield* open([], { size: { columns: 60, rows: 20 } })
      yield* screen.shows(/5,000\/s delivered/)
      assert.isFalse(screen.state().cursorShown)
      screen.type(ctrlC)
      assert.strictEqual(yield* screen.ended, 130)
      assert.isTrue(screen.state().cursorShown)
      assert.strictEqual(screen.rows()[0], "a service listens")
      assert.strictEqual(screen.rows().filter((row) => row.includes("fan-out")).length, 1)
    }),
  )

  it.live("gives it back to whoever presses Ctrl-C again", () =>
    Effect.gen(function* () {
      const screen = yield* open(["--stubborn"])
      yield* screen.shows(/5,000\/s delivered/)
      // The first ones count as one, since one may arrive several times.
      const pressing = Effect.sync(() => screen.type(ctrlC)).pipe(Effect.delay("100 millis"), Effect.forever)
      assert.strictEqual(yield* Effect.race(screen.ended, pressing), 130)
      assert.isTrue(screen.state().cursorShown)
    }),
  )

  it.live("has no colours where none are wanted, and stays in place in a window that changes", () =>
    Effect.gen(function* () {
      const screen = yield* open([], { size: { columns: 100, rows: 20 }, env: { NO_COLOR: "1" } })
      yield* screen.shows(/5,000\/s delivered/)
      assert.notInclude(screen.raw(), "\u001b[1m")
      screen.resize({ columns: 40, rows: 20 })
      yield* screen.until("narrow rows", () =>
        screen.rows().some((row) => /^█*░+ +\d+ %$/.test(row) && row.length < 40),
      )
      screen.resize({ columns: 100, rows: 20 })
      yield* screen.until("wide rows again", () =>
        screen.rows().some((row) => row.length > 40 && row.includes("of 1:40:00")),
      )
      assert.isAtMost(screen.rows().filter((row) => row.includes("fan-out")).length, 1)
    }),
  )

  it.live("is plain lines where there is no terminal", () =>
    Effect.promise(async () => {
      const running = new Process(process.execPath, [fixture])
      await running.says(/fan-out: measuring/)
      running.child.kill("SIGTERM")
      await running.ended
      assert.strictEqual(running.stdout, "")
      assert.match(running.stderr, /^a service listens\nfan-out: measuring, 0:00 of 1:40:00, 100 of 100 in, /)
      assert.notInclude(running.stderr, "\u001b")
    }),
  )
})

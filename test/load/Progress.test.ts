import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import xterm from "@xterm/headless"
import { Progress } from "../../src/load/Progress.ts"
import type { Snapshot } from "../../src/scenario/Snapshot.ts"
import type { ProgressScreen } from "../../src/load/internal/progress/screen.ts"

const soak: Snapshot = {
  name: "fan-out",
  phase: "measuring",
  elapsed: 30,
  lasts: 60,
  membersIn: 98,
  members: 100,
  sent: 1500,
  delivered: 148_500,
  latency: { p50: 1.234, p99: 17.6 },
  errors: 0,
}

const after = (seconds: number, more: Partial<Snapshot> = {}): Snapshot => ({
  ...soak,
  elapsed: soak.elapsed + seconds,
  sent: soak.sent + seconds * 50,
  delivered: soak.delivered + seconds * 4950,
  ...more,
})

/** A screen that keeps what it is sent, and a terminal that shows it. */
const screenOf = (options: { inPlace: boolean; columns?: number; colours?: boolean }) => {
  const { columns = 80 } = options
  const terminal = new xterm.Terminal({ cols: columns, rows: 24, allowProposedApi: true })
  const writes: Array<string> = []
  let width = columns
  const screen: ProgressScreen = {
    inPlace: options.inPlace,
    colours: options.colours ?? false,
    columns: () => width,
    ready: () => true,
    write: (text) => {
      writes.push(text)
      terminal.write(text)
    },
    hideCursor: Effect.void,
  }
  const rows = Effect.promise(async () => {
    await new Promise<void>((done) => terminal.write("", done))
    const all = Array.from({ length: 24 }, (_, row) => terminal.buffer.active.getLine(row)!.translateToString(true))
    return all.slice(0, all.findLastIndex((row) => row !== "") + 1)
  })
  const resize = (to: number) => {
    width = to
    terminal.resize(to, 24)
  }
  return { screen, writes, rows, resize }
}

describe("Progress on a terminal", () => {
  for (const columns of [40, 80, 120]) {
    it.effect(`fits ${columns} columns, and is drawn in place`, () =>
      Effect.gen(function* () {
        const { rows, screen, writes } = screenOf({ inPlace: true, columns })
        yield* Effect.gen(function* () {
          const progress = yield* Progress
          for (let second = 0; second <= 20; second++) {
            yield* progress.show(
              after(second, { incident: second > 5 ? "server \u001b[2Jkilled, down for 2 s" : undefined }),
            )
            yield* TestClock.adjust("1 second")
          }
        }).pipe(Effect.provide(Progress.on(screen)))
        assert.strictEqual(writes.length, 22)
        const shown = yield* rows
        assert.isTrue(shown.every((row) => row.length < columns))
        assert.isAtMost(shown.length, 8)
        const text = shown.join("\n")
        for (const part of ["fan-out", "measuring", "83 %", "0:50 of 1:00", "0:10 left", "98 of 100 in", "50.0/s sent"])
          assert.include(text, part)
        for (const part of ["4,950/s delivered", "p50 1.23 ms", "p99 17.6 ms", "0 errors", "! server \\u001b[2Jkilled"])
          assert.include(text, part)
      }),
    )
  }

  it.effect("draws at most five times a second, and what was shown last", () =>
    Effect.gen(function* () {
      const { rows, screen, writes } = screenOf({ inPlace: true })
      yield* Effect.gen(function* () {
        const progress = yield* Progress
        for (let step = 0; step < 500; step++) {
          yield* progress.show(after(step / 50))
          yield* TestClock.adjust("20 millis")
        }
        assert.isAtMost(writes.length, 50)
        yield* progress.show(after(10, { errors: 1 }))
      }).pipe(Effect.provide(Progress.on(screen)))
      assert.include((yield* rows).join("\n"), "1 error")
    }),
  )

  it.effect("says lines above what it draws", () =>
    Effect.gen(function* () {
      const { rows, screen } = screenOf({ inPlace: true })
      yield* Effect.gen(function* () {
        const progress = yield* Progress
        yield* progress.say("a service listens")
        yield* progress.show(soak)
        yield* progress.say("and \u001bc more")
      }).pipe(Effect.provide(Progress.on(screen)))
      const shown = yield* rows
      assert.deepStrictEqual(shown.slice(0, 2), ["a service listens", "and \\u001bc more"])
      assert.strictEqual(shown.filter((row) => row.includes("fan-out")).length, 1)
    }),
  )

  it.effect("uses colours where they are wanted only", () =>
    Effect.gen(function* () {
      const [coloured, plain] = [screenOf({ inPlace: true, colours: true }), screenOf({ inPlace: true })]
      for (const { screen } of [coloured, plain])
        yield* Effect.flatMap(Progress, ({ show }) => show(soak)).pipe(Effect.provide(Progress.on(screen)))
      const colour = new RegExp(String.raw`\u001b\[[\d;]*m`)
      assert.match(coloured.writes.join(""), colour)
      assert.notMatch(plain.writes.join(""), colour)
      assert.deepStrictEqual(yield* coloured.rows, yield* plain.rows)
    }),
  )

  it.effect("says nothing of what is not known", () =>
    Effect.gen(function* () {
      const { rows, screen } = screenOf({ inPlace: true })
      const { lasts: _lasts, latency: _latency, ...open } = soak
      yield* Effect.flatMap(Progress, ({ show }) => show(open)).pipe(Effect.provide(Progress.on(screen)))
      const text = (yield* rows).join("\n")
      assert.include(text, "0:30")
      assert.notMatch(text, /left|p50|%|NaN/)
    }),
  )
})

describe("Progress in the end", () => {
  it.effect("leaves on the screen what was shown last, and nothing where nothing was", () =>
    Effect.gen(function* () {
      const { rows, screen, writes } = screenOf({ inPlace: true })
      yield* Effect.asVoid(Progress).pipe(Effect.provide(Progress.on(screen)))
      assert.deepStrictEqual(writes, [])
      yield* Effect.flatMap(Progress, ({ show }) => show(soak)).pipe(Effect.provide(Progress.on(screen)))
      const shown = yield* rows
      assert.match(shown[0]!, /^fan-out/)
      assert.lengthOf(shown, 3)
    }),
  )
})

describe("Progress elsewhere", () => {
  it.effect("says lines as they are, but for what would move the cursor", () =>
    Effect.gen(function* () {
      const { screen, writes } = screenOf({ inPlace: false })
      yield* Effect.flatMap(Progress, ({ say }) => say("a \u001bc")).pipe(Effect.provide(Progress.on(screen)))
      assert.deepStrictEqual(writes, ["a \\u001bc\n"])
    }),
  )

  it.effect("is a line for a phase, an incident, and every ten seconds", () =>
    Effect.gen(function* () {
      const { screen, writes } = screenOf({ inPlace: false, colours: true })
      yield* Effect.gen(function* () {
        const progress = yield* Progress
        for (let second = 0; second < 25; second++) {
          yield* progress.show(
            after(second, {
              phase: second < 3 ? "arriving" : "measuring",
              incident: second >= 5 && second < 7 ? "server killed" : undefined,
            }),
          )
          yield* TestClock.adjust("1 second")
        }
      }).pipe(Effect.provide(Progress.on(screen)))
      assert.deepStrictEqual(
        writes.map((line) => /\d:\d\d/.exec(line)![0]),
        ["0:30", "0:33", "0:35", "0:37", "0:47"],
      )
      assert.strictEqual(
        writes[2],
        "fan-out: measuring, 0:35 of 1:00, 98 of 100 in, 50.0/s sent, 4,950/s delivered, p50 1.23 ms, p99 17.6 ms, 0 errors, ! server killed\n",
      )
    }),
  )
})

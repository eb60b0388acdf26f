import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Logging from "../../src/observability/Logging.ts"

/** What is written when this is logged with these settings. */
const written = (settings: Partial<Logging.LogSettings>, log: Effect.Effect<void>, isTTY = false) =>
  Effect.gen(function* () {
    let text = ""
    const output = { isTTY, write: (more: string) => (text += more) }
    yield* Effect.provide(log, Logging.layer({ ...Logging.defaults, ...settings }, output))
    return text
  })

const warning = Effect.logWarning("slow").pipe(Effect.annotateLogs({ user: "ann", waited: 12 }))

describe("logs", () => {
  it.effect("are one JSON object a line, where no person reads them", () =>
    Effect.gen(function* () {
      const text = yield* written(
        {},
        Effect.andThen(warning, Effect.logError("lost", Cause.die(new Error("why\nnot")))),
      )
      const [first, second, ...more] = text.trimEnd().split("\n")
      assert.deepStrictEqual(more, [])
      assert.strictEqual(
        first,
        '{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"slow","user":"ann","waited":12}',
      )
      const { cause, level, message } = JSON.parse(second!)
      assert.deepStrictEqual([level, message], ["error", "lost"])
      assert.match(cause, /^Error: why\nnot\n {4}at /)
    }),
  )

  it.effect("are for people on a terminal", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* written({ format: "pretty" }, warning), "00:00:00.000 WARN  slow user=ann waited=12\n")
      const esc = "\x1b["
      assert.strictEqual(
        yield* written({}, warning, true),
        `${esc}90m00:00:00.000${esc}0m ${esc}33mWARN ${esc}0m slow ${esc}90muser=ann${esc}0m ${esc}90mwaited=12${esc}0m\n`,
      )
    }),
  )

  it.effect("are in the format that is asked for, terminal or not", () =>
    Effect.gen(function* () {
      assert.match(yield* written({ format: "json" }, warning, true), /^\{.*\}\n$/)
      assert.notInclude(yield* written({ format: "pretty" }, warning, false), "\x1b")
    }),
  )

  it.effect("can be given another level and format while they are written", () =>
    Effect.gen(function* () {
      let text = ""
      const log = Logging.make(Logging.defaults, { write: (more) => (text += more) })
      const said = Effect.andThen(Effect.logDebug("detail"), warning)
      const both = Effect.gen(function* () {
        yield* said
        log.adjust({ level: "debug", format: "pretty" })
        yield* said
        log.adjust({ level: "none", format: "pretty" })
        yield* Effect.andThen(said, Effect.logFatal("over"))
      })
      yield* Effect.provide(both, log.layer)
      const [first, ...others] = text.trimEnd().split("\n")
      assert.match(first!, /^\{.*"slow"/)
      assert.deepStrictEqual(others, ["00:00:00.000 DEBUG detail", "00:00:00.000 WARN  slow user=ann waited=12"])
    }),
  )

  it.effect("leave out what is below the level", () =>
    Effect.gen(function* () {
      const all = Effect.all([
        Effect.logTrace(""),
        Effect.logDebug(""),
        Effect.logInfo(""),
        Effect.logWarning(""),
      ]).pipe(Effect.andThen(Effect.all([Effect.logError(""), Effect.logFatal("")])), Effect.asVoid)
      for (const [i, level] of Logging.levels.entries()) {
        const levels = (yield* written({ level }, all))
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line).level)
        assert.deepStrictEqual(levels, ["trace", "debug", "info", "warn", "error", "fatal"].slice(i))
      }
    }),
  )

  it.effect("mask secrets", () =>
    Effect.gen(function* () {
      const secret = Redacted.make("hunter2")
      const log = Effect.logInfo("password", secret, [secret], { secret }).pipe(Effect.annotateLogs({ secret }))
      for (const format of ["json", "pretty"] as const) {
        const text = yield* written({ format }, log)
        assert.notInclude(text, "hunter2")
        assert.include(text, "<redacted>")
      }
    }),
  )

  it.effect("let nothing that is logged pass for a line, or a field, of ours", () =>
    Effect.gen(function* () {
      const forged = 'x\n00:00:00.000 INFO  all is well\x1b[2J"}'
      const log = Effect.logWarning(forged).pipe(Effect.annotateLogs({ level: "info", time: "never", name: forged }))
      const pretty = yield* written({ format: "pretty" }, log)
      assert.strictEqual(pretty.trimEnd().split("\n").length, 1)
      assert.notInclude(pretty, "\x1b")
      const json = yield* written({ format: "json" }, log)
      const { level, message, name, time } = JSON.parse(json.trimEnd())
      assert.deepStrictEqual([level, message, name, time], ["warn", forged, forged, "1970-01-01T00:00:00.000Z"])
    }),
  )

  it.effect("show a cause below its line", () =>
    Effect.gen(function* () {
      const log = Effect.logError("lost", Cause.die(new Error("why")))
      const [line, first, second] = (yield* written({ format: "pretty" }, log)).split("\n")
      assert.strictEqual(line, "00:00:00.000 ERROR lost")
      assert.strictEqual(first, "  Error: why")
      assert.match(second!, /^ {6}at /)
    }),
  )
})

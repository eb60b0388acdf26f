import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as Notifier from "../../../src/cli/serve/systemd/Notifier.ts"

type Environment = Record<string, string | undefined>

/** A notifier, and what it has said since one looked. */
const make = Effect.fnUntraced(function* (environment: Environment) {
  let messages: Array<string> = []
  const notifier = yield* Notifier.make(environment, 7, () =>
    Effect.succeed({ send: (lines) => void messages.push(lines.join(" ")) }),
  )
  const said = Effect.sync(() => messages.splice(0))
  return { notifier, said }
})

const notified = { NOTIFY_SOCKET: "/run/systemd/notify" }
const quiet = Layer.succeed(Logger.CurrentLoggers, new Set<Logger.Logger<unknown, unknown>>())

const test = (name: string, run: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.effect(name, () => Effect.provide(Effect.scoped(run()), quiet))

describe("what systemd is told", () => {
  test("is that the service is ready, and how many sessions there are when that changes", () =>
    Effect.gen(function* () {
      const { notifier, said } = yield* make({ ...notified })
      let sessions = 1
      yield* notifier.ready(Effect.sync(() => sessions))
      assert.deepStrictEqual(yield* said, ["READY=1 MAINPID=7 STATUS=1 session"])
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* said, [])
      sessions = 12
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* said, ["STATUS=12 sessions"])
    }))

  test("is a sign of life twice in the time it waits for one, while the hub answers, and not while it hangs", () =>
    Effect.gen(function* () {
      const { notifier, said } = yield* make({ ...notified, WATCHDOG_USEC: "4000000", WATCHDOG_PID: "7" })
      let answer: Effect.Effect<number, string> = Effect.succeed(0)
      yield* notifier.ready(Effect.suspend(() => answer))
      yield* said
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(yield* said, ["WATCHDOG=1", "WATCHDOG=1"])
      answer = Effect.never
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* said, ["STATUS=the hub does not answer"])
      answer = Effect.fail("gone")
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(yield* said, [])
      answer = Effect.delay(Effect.succeed(3), "900 millis")
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual((yield* said)[0], "WATCHDOG=1 STATUS=3 sessions")
    }))

  test("is that settings are read again, and that this is over however it ended", () =>
    Effect.gen(function* () {
      const { notifier, said } = yield* make({ ...notified })
      const exit = yield* Effect.exit(notifier.reloading(Effect.fail("no")))
      assert.deepStrictEqual(exit, Exit.fail("no"))
      const [begun, over, ...more] = yield* said
      assert.match(begun!, /^RELOADING=1 MONOTONIC_USEC=\d+$/)
      assert.deepStrictEqual([over, ...more], ["READY=1"])
    }))

  test("is that the service ends, and how long that may take, with signs of life until then", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(yield* Effect.scope)
      const made = Scope.provide(make({ ...notified, WATCHDOG_USEC: "4000000" }), scope)
      const { notifier, said } = yield* made
      yield* notifier.stopping(Effect.succeed(5), "30 seconds")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* said, [
        "STOPPING=1 EXTEND_TIMEOUT_USEC=30000000 STATUS=ending 5 sessions",
        "WATCHDOG=1",
      ])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* said, ["WATCHDOG=1"])
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* said, [])
    }))

  test("is no sign of life that another process is to give, or none", () =>
    Effect.gen(function* () {
      for (const given of [{ WATCHDOG_PID: "8", WATCHDOG_USEC: "1000000" }, { WATCHDOG_USEC: "soon" }, {}]) {
        const { notifier, said } = yield* make({ ...notified, ...given })
        yield* notifier.ready(Effect.succeed(0))
        yield* said
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* said, [])
      }
    }))

  test("is nothing where nobody listens, or on no UNIX socket", () =>
    Effect.gen(function* () {
      for (const given of [{}, { NOTIFY_SOCKET: "" }, { NOTIFY_SOCKET: "vsock:2:1" }, { NOTIFY_SOCKET: "@" }]) {
        const environment: Environment = { ...given, WATCHDOG_USEC: "1", PATH: "/bin" }
        const { notifier, said } = yield* make(environment)
        yield* notifier.ready(Effect.succeed(0))
        assert.strictEqual(yield* notifier.reloading(Effect.succeed(1)), 1)
        yield* notifier.stopping(Effect.succeed(0), "1 second")
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* said, [])
        assert.deepStrictEqual(environment, { PATH: "/bin" })
      }
    }))

  it.effect("is nothing where no program can say it, and that is logged", () =>
    Effect.gen(function* () {
      const logged: Array<unknown> = []
      const logger = Logger.make(({ message }) => void logged.push(message))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const notifier = yield* Notifier.make({ ...notified, PATH: "/nowhere" }, 7)
          yield* notifier.ready(Effect.succeed(0))
        }),
      ).pipe(Effect.provide(Logger.layer([logger])))
      assert.match(String(logged), /systemd is told nothing: there is none of perl, python3 and systemd-notify/)
    }),
  )
})

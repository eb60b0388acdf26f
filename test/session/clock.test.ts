/** The service while somebody sets the clock of its machine: what lasts goes on as if nothing had happened. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { calm, member2, memory, withServer } from "../suites/transportWorld.ts"
import { withSettable } from "../suites/settableClock.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import type { SettableClock } from "../suites/settableClock.ts"

const hour = 3_600_000

const timed = (
  title: string,
  body: (server: TestServer["Service"], set: SettableClock["set"]) => ReturnType<Parameters<typeof withServer>[1]>,
) =>
  it.effect(title, () =>
    Effect.andThen(
      TestClock.setTime(100 * hour),
      withSettable((set) => withServer(memory.layer(calm), (server) => body(server, set))()),
    ),
  )

describe("a service whose clock is set", () => {
  for (const by of [-hour, hour, -60_000, 60_000]) {
    const how = `by ${by / 1000} s`

    timed(`${how}: pings in time, and gives up in time who does not answer`, (server, set) =>
      Effect.gen(function* () {
        const ann = yield* member2(server, "ann", "den")
        const pinged = Effect.gen(function* () {
          const ping = yield* Effect.forkChild(ann.until("Ping"))
          let seconds = 0
          for (; ping.pollUnsafe() === undefined; seconds++) yield* TestClock.adjust("1 second")
          assert.isAtMost(seconds, 26)
          return yield* Fiber.join(ping)
        })
        for (let n = 0; n < 3; n++) {
          set(by)
          const { sequence } = yield* pinged
          set(by)
          yield* TestClock.adjust("9 seconds")
          yield* ann.send({ type: "Pong", sequence: sequence! })
        }
        yield* pinged
        set(-by)
        yield* TestClock.adjust("10 seconds")
        assert.deepInclude(yield* ann.until("Disconnect"), { reason: "PingTimeout" })
      }),
    )

    timed(`${how}: limits let through as much as before, and say how long to wait`, (server, set) =>
      Effect.gen(function* () {
        const ann = yield* member2(server, "ann", "den")
        const publish = (id: string) => ann.send({ type: "Publish", channel: "den", id, content: "hello" })
        const refusal = Effect.fnUntraced(function* (name: string) {
          for (let n = 0; ; n++) {
            yield* publish(`${name}${n}`)
            for (;;) {
              const frame = yield* ann.next
              if (frame.type === "Published") break
              if (frame.type === "Error") return { said: n, wait: Number(frame.retry_after) }
            }
          }
        })
        const { wait } = yield* refusal("before")
        assert.isAtMost(wait, 1000)
        set(by)
        assert.deepStrictEqual(yield* refusal("behind"), { said: 0, wait })
        yield* TestClock.adjust(Duration.millis(wait))
        assert.strictEqual((yield* refusal("later")).said, 1)
      }),
    )
  }
})

import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as net from "node:net"
import * as ChildServer from "../../src/load/ChildServer.ts"
import { freePort } from "../../src/load/FreePort.ts"

const start = (program: string, env: Record<string, string> = {}) =>
  ChildServer.start(process.execPath, ["-e", program], { env, stdin: "ignore", killSignal: "SIGKILL" })

describe("a server as a child process", () => {
  it.live("ends with its exit code, when all that it wrote has been read", () =>
    Effect.gen(function* () {
      const server = yield* start(`setTimeout(() => { console.error("no such flag"); process.exitCode = 3 }, 300)`)
      assert.strictEqual(yield* server.ended, "3")
      assert.strictEqual(server.output(), "no such flag")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  )

  it.live("is known to listen when it says so, and ends when it is asked to", () =>
    Effect.gen(function* () {
      const server = yield* start(`console.log("Natter listens on 127.0.0.1:1"); setInterval(() => {}, 1000)`)
      yield* server.listens
      yield* server.stop
      assert.strictEqual(yield* server.ended, "a signal")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  )

  it.live("is set up by what it is given, not by the environment of its caller", () =>
    Effect.gen(function* () {
      process.env["NATTER_CHILD_TEST"] = "of the caller"
      process.env["OF_NATTER_TEST"] = "theirs"
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          delete process.env["NATTER_CHILD_TEST"]
          delete process.env["OF_NATTER_TEST"]
        }),
      )
      const program = `const { env } = process; console.log(env.NATTER_CHILD_TEST, env.NATTER_PORT, env.VITEST, env.OF_NATTER_TEST)`
      const server = yield* start(program, { NATTER_PORT: "7" })
      yield* server.ended
      assert.strictEqual(server.output(), "undefined 7 undefined theirs")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  )
})

describe("what a child process says", () => {
  it.live("is kept to its end, and does not grow without it", () =>
    Effect.gen(function* () {
      const server = yield* start(`process.stdout.write("a" + "x".repeat(3997)); process.stderr.write("end\\n")`)
      yield* server.ended
      assert.lengthOf(server.output(), 3999)
      assert.match(server.output(), /^x+end$/)
      assert.isAbove(server.pid, 0)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  )

  it.live("is not that it listens, unless it says so; and it is asked to end as systems do", () =>
    Effect.gen(function* () {
      const server = yield* start(
        `process.on("SIGTERM", () => process.exit(7)); console.log("it listens"); setInterval(() => {}, 1000)`,
      )
      while (server.output() === "") yield* Effect.sleep("10 millis")
      assert.isTrue(Option.isNone(yield* Effect.timeoutOption(server.listens, "20 millis")))
      yield* server.stop
      assert.strictEqual(yield* server.ended, "7")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  )
})

describe("a free port", () => {
  it.live("is another one where somebody listens, and is below those of outgoing connections", () =>
    Effect.gen(function* () {
      const taken = yield* freePort("127.0.0.1")
      yield* Effect.acquireRelease(
        Effect.callback<net.Server>((resume) => {
          const server = net.createServer().listen(taken, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close()),
      )
      const chances = [(taken - 20_000 + 0.5) / 12_000, (taken - 20_000 + 0.5) / 12_000, 0.99999]
      const drawn: Array<number> = []
      const dice = {
        nextIntUnsafe: () => 0,
        nextDoubleUnsafe: () => {
          drawn.push(1)
          return chances.shift() ?? 0
        },
      }
      const found = yield* Effect.provideService(freePort("127.0.0.1"), Random.Random, dice)
      assert.deepStrictEqual([found, drawn.length], [31_999, 3])
      drawn.length = 0
      yield* Effect.flip(Effect.provideService(freePort("192.0.2.1"), Random.Random, dice))
      assert.lengthOf(drawn, 100)
    }),
  )

  it.live("can be listened on, and is not one that outgoing connections get", () =>
    Effect.gen(function* () {
      const port = yield* freePort("127.0.0.1")
      assert.isAtLeast(port, 20_000)
      assert.isBelow(port, 32_000)
      yield* Effect.callback<void, Error>((resume) => {
        const server = net.createServer()
        server.on("error", (error) => resume(Effect.fail(error)))
        server.listen(port, "127.0.0.1", () => server.close(() => resume(Effect.void)))
      })
    }),
  )

  it.live("is not looked for without end", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(freePort("192.0.2.1"))
      assert.strictEqual(message, "192.0.2.1: no free port was found")
    }),
  )
})

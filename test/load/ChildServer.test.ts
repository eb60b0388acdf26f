import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
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
      yield* Effect.addFinalizer(() => Effect.sync(() => delete process.env["NATTER_CHILD_TEST"]))
      const program = `console.log(process.env.NATTER_CHILD_TEST, process.env.NATTER_PORT, process.env.VITEST)`
      const server = yield* start(program, { NATTER_PORT: "7" })
      yield* server.ended
      assert.strictEqual(server.output(), "undefined 7 undefined")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  )
})

describe("a free port", () => {
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

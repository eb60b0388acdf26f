import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import * as FanoutRound from "../../scripts/bench/FanoutRound.ts"
import type { LoadEvent } from "../../scripts/bench/fanout/Plan.ts"
import { reference } from "../../scripts/bench/Servers.ts"
import * as ServerProcess from "../../scripts/bench/ServerProcess.ts"
import type { ServerCommand } from "../../scripts/bench/ServerProcess.ts"

// One message in flight each: then only the order of the two senders can differ. Members log in side by side, so which
// of them the server counts as its first or last is open.
const load = { members: 5, senders: 2, inFlight: 1, rampSeconds: 0.1, seconds: 0.3 }

const faultyServer = fileURLToPath(new URL("./fixtures/faulty.ts", import.meta.url))

const faulty = (fault: string): ServerCommand => ({
  name: fault,
  args: (port) => [faultyServer, "--port", String(port), "--fault", fault],
})

const failureOf = (server: ServerCommand) =>
  FanoutRound.run(server, load, { pinned: undefined }).pipe(
    Effect.flip,
    Effect.map((error) => error.message),
    Effect.provide(NodeServices.layer),
  )

const isRunning = (pid: number): boolean => fs.existsSync(`/proc/${pid}`)

describe("a round", () => {
  it.live("measures the reference", () =>
    Effect.gen(function* () {
      const events: Array<LoadEvent> = []
      const figures = yield* FanoutRound.run(
        reference,
        { ...load, inFlight: 3 },
        { pinned: undefined, onEvent: (event) => events.push(event) },
      )
      assert.deepStrictEqual(
        events.map((event) => event.type),
        ["Joined", "Progress", "Progress", "Measured"],
      )
      assert.isAbove(figures.deliveries, 100)
      assert.isAtMost(figures.deliveries, figures.messagesChecked * load.members)
      // Node's timers are exact to a millisecond.
      assert.isAbove(figures.wallSeconds, load.seconds - 0.01)
      assert.isAbove(figures.serverCpuSeconds, 0)
      assert.isAbove(figures.loadCpuSeconds, 0)
      assert.isAbove(figures.deliveriesPerRead, 0)
      assert.closeTo(figures.deliveriesPerCpuSecond * figures.serverCpuSeconds, figures.deliveries, 0.5)
      assert.closeTo(figures.serverUtilisation * figures.wallSeconds, figures.serverCpuSeconds, 0.001)
    }).pipe(Effect.provide(NodeServices.layer)),
  )

  it.live("fails when members see different orders", () =>
    Effect.gen(function* () {
      assert.match(
        yield* failureOf(faulty("reorder")),
        /^reorder failed: members 0 and \d got the messages in different orders$/,
      )
    }),
  )

  it.live("fails when a message comes twice", () =>
    Effect.gen(function* () {
      assert.match(
        yield* failureOf(faulty("double")),
        /^double failed: member \d got message (\d+) of sender \d instead of \d+$/,
      )
    }),
  )

  it.live("fails when a message does not come", () =>
    Effect.gen(function* () {
      assert.match(
        yield* failureOf(faulty("lose")),
        /^lose failed: member \d got (message \d+|\d+ of \d+ messages) of sender \d/,
      )
    }),
  )

  it.live("fails when a message is changed", () =>
    Effect.gen(function* () {
      assert.match(yield* failureOf(faulty("alter")), /^alter failed: member \d got a message that nobody sent: .*~/)
    }),
  )

  it.live("fails when the server does not start, and says what it said", () =>
    Effect.gen(function* () {
      const broken = { name: "broken", args: () => ["-e", "console.log('no such flag'); process.exit(3)"] }
      assert.strictEqual(
        yield* failureOf(broken),
        "broken ended with 3 before it accepted a connection; its last output:\nno such flag",
      )
    }),
  )
})

describe("a server process", () => {
  it.live("and its folder live as long as the scope", () =>
    Effect.gen(function* () {
      let folder = ""
      const server: ServerCommand = {
        name: "reference",
        args: (port, given, command) => {
          folder = given
          return reference.args(port, given, command)
        },
      }
      const { pid } = yield* Effect.scoped(
        ServerProcess.start(server, {}).pipe(
          Effect.tap(({ pid }) =>
            Effect.sync(() => {
              assert.isTrue(isRunning(pid))
              assert.isTrue(fs.existsSync(folder))
            }),
          ),
        ),
      )
      assert.isFalse(isRunning(pid))
      assert.isFalse(fs.existsSync(folder))
    }).pipe(Effect.provide(NodeServices.layer)),
  )
})

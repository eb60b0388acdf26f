/** Members that are played by a process of their own, for the one that leads. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Processes from "../../src/load/Processes.ts"
import * as RemoteWorld from "../../src/load/RemoteWorld.ts"
import { Activity, Crowd, Incident, Scenario } from "../../src/scenario/index.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { childrenOf, isThere } from "./childProcesses.ts"

const now = () => Number(process.hrtime.bigint()) / 1e6

const workers = () => childrenOf(process.pid).filter(({ command }) => command.includes("load worker"))

const generating = Effect.gen(function* () {
  const { address } = yield* TestServer
  const cut = Incident.cut({ crowd: "people" })
  const scenario = Scenario.make({
    name: "s",
    about: "a",
    lasts: "1 second",
    crowds: [Crowd.of("people", 2, { does: [Activity.talk({ perSecond: 20 })] })],
    incidents: [Incident.at(0, cut)],
    holds: [],
  })
  const world = RemoteWorld.layer({ address: address!, password: Redacted.make("secret") })
  const generator = yield* Effect.provide(Processes.generator(1)({ scenario, seed: 1, run: "r" }), world)
  return { cut, generator }
})

const service = TestServer.layerTcp({ accounts: { mode: "guest" }, hub: { publishing: undefined } })

describe("a process that plays members", () => {
  it.live("does all that it is asked for, and ends with the one that leads", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { cut, generator } = yield* Scope.provide(generating, scope)
      const [worker, ...others] = workers()
      assert.lengthOf(others, 0)
      assert.strictEqual(generator.lead, 250)
      yield* generator.enter
      assert.strictEqual((yield* generator.counts).membersIn, 2)
      const from = now() + generator.lead
      yield* generator.begin(from, from + 60_000)
      yield* generator.act(from)
      while ((yield* generator.counts).delivered <= 10) yield* Effect.sleep("20 millis")
      assert.isAbove((yield* generator.recent)[0]!.count, 10)
      assert.isAbove(new Map((yield* generator.soFar).latencies).get("delivery")!.count, 10)
      yield* generator.inject(cut as never)
      yield* generator.end(now())
      while ((yield* generator.counts).failed < 2) yield* Effect.sleep("20 millis")
      const seqs = yield* generator.acknowledgedSeqs
      assert.deepStrictEqual(
        seqs.map(([channel]) => channel),
        ["lobby"],
      )
      assert.isAbove(yield* generator.behind([["lobby", seqs[0]![1] + 100]]), 199)
      assert.strictEqual((yield* generator.received)[0]![0], "lobby")
      assert.deepStrictEqual((yield* generator.outcome(seqs)).errors, [["ConnectionLost", 2]])
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(isThere(worker!.pid))
    }).pipe(Effect.scoped, Effect.provide(service)),
  )

  it.live("that is gone fails what was asked of it, and what will be", () =>
    Effect.gen(function* () {
      const { generator } = yield* generating
      process.kill(workers()[0]!.pid, "SIGSTOP")
      const asking = yield* Effect.forkChild(Effect.flip(generator.counts))
      yield* Effect.sleep("20 millis")
      process.kill(workers()[0]!.pid, "SIGKILL")
      const message = "one of the processes of the load ended: SIGKILL"
      assert.strictEqual((yield* Fiber.join(asking)).message, message)
      assert.strictEqual((yield* Effect.flip(generator.enter)).message, message)
      assert.strictEqual((yield* Effect.flip(generator.end(5))).message, message)
    }).pipe(Effect.scoped, Effect.provide(service)),
  )
})

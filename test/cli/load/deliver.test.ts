import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as Http from "node:http"
import * as path from "node:path"
import { deliver } from "../../../src/cli/load/deliver.ts"
import { load } from "../../../src/cli/load.ts"
import { Result, type Verdict } from "../../../src/scenario/Result.ts"
import scenario from "../../../scripts/scenarios/fan-out.ts"
import { fanOut, latencyOf } from "../../scenario/report/results.ts"
import { listen } from "../../load/listen.ts"
import { makeFolder } from "../NatterProcess.ts"

/** With what it ended, and what it printed. */
const outcome = Effect.fnUntraced(function* <E>(effect: Effect.Effect<void, E, NodeServices.NodeServices>) {
  const printed: Array<unknown> = []
  const exit = yield* effect.pipe(
    Effect.provideService(Console.Console, { ...globalThis.console, log: (...text) => printed.push(...text) }),
    Effect.provide(NodeServices.layer),
    Effect.exit,
  )
  const error = Exit.isSuccess(exit) ? undefined : Cause.squash(exit.cause)
  return {
    code: error === undefined ? 0 : Runtime.getErrorExitCode(error),
    message: error instanceof Error ? error.message : "",
    text: printed.join("\n"),
  }
})

const delivered = (...holds: ReadonlyArray<Verdict["holds"]>) =>
  outcome(
    deliver(
      { ...fanOut(), verdicts: holds.map((holds, at) => ({ promise: `p${at}`, asked: "a", found: "f", holds })) },
      { json: Option.none(), html: Option.none() },
    ),
  )

const natter = (...args: ReadonlyArray<string>) =>
  outcome(Command.runWith(load, { version: "0" })(args) as Effect.Effect<void, unknown, NodeServices.NodeServices>)

describe("the result of a load", () => {
  it.effect("has the rate of the measured part: what was said before and after it does not count", () =>
    Effect.gen(function* () {
      const files = { json: Option.none(), html: Option.none() }
      const measured = { ...latencyOf("delivery", 500, 1), count: 500 }
      const result = { ...fanOut(), what: { name: "n", about: "a", scenario }, verdicts: [], latencies: [measured] }
      const counters = { sent: 60, delivered: 700 }
      const { text } = yield* outcome(deliver({ ...result, seconds: 5, counters }, files))
      assert.include(text, "60 sent, 700 delivered; of the 5 s that were measured: 100 a second")
    }),
  )

  it.effect("says of each promise whether it holds, and fails where one does not", () =>
    Effect.gen(function* () {
      const { code, message, text } = yield* delivered(true, false, "not judged here", false)
      assert.match(text, /^ {2}holds: p0: f/m)
      assert.match(text, /^ {2}DOES NOT HOLD: p1: f/m)
      assert.match(text, /^ {2}not judged: p2: f/m)
      assert.match(text, /\n {2}2 of 4 promises do not hold, 1 not judged here\.$/)
      assert.deepStrictEqual([code, message], [1, "2 promises do not hold"])
    }),
  )

  it.live("has the promises of another server in the output and in every file, and 1 where one is broken", () =>
    Effect.gen(function* () {
      let n = 0
      const server = Http.createServer((_, answer) => void answer.writeHead(++n % 5 === 0 ? 500 : 200).end())
      const { href } = yield* listen(server, "http")
      const folder = makeFolder()
      const [json, junit] = [path.join(folder, "result.json"), path.join(folder, "result.xml")]
      const promises = ["--errors", "19.9%", "--throughput", "1/s", "--p99", "1m", "--json", json, "--junit", junit]
      const broken = yield* natter("http", href, "-n", "20", "-c", "1", ...promises)
      assert.deepStrictEqual([broken.code, broken.message], [1, "a promise does not hold"])
      assert.match(broken.text, /^ {2}DOES NOT HOLD: error rate: 20 %, 4 of 20 \(asked: at most 19.9 %\)$/m)
      assert.match(broken.text, /^ {2}holds: throughput of response: [\d.]+ a second \(asked: at least 1 a second\)$/m)
      assert.match(broken.text, /\n {2}1 of 3 promises does not hold\.$/)
      const result = yield* Schema.decodeEffect(Schema.fromJsonString(Result))(fs.readFileSync(json, "utf8"))
      assert.deepStrictEqual(
        result.verdicts.map(({ holds, promise }) => [promise, holds]),
        [
          ["p99 of response", true],
          ["error rate", false],
          ["throughput of response", true],
        ],
      )
      assert.include(fs.readFileSync(junit, "utf8"), '<failure message="20 %, 4 of 20 (asked: at most 19.9 %)"/>')
      const kept = yield* natter("http", href, "-n", "20", "-c", "1", "--errors", "20%", "--throughput", "1/s")
      assert.strictEqual(kept.code, 0)
      assert.match(kept.text, /\n {2}All 2 promises hold\.$/)
    }),
  )

  it.effect("says what a share and a rate look like", () =>
    Effect.gen(function* () {
      const wrong = [
        ["--errors", "1"],
        ["--errors", "101%"],
        ["--errors", "x%"],
        ["--throughput", "0/s"],
        ["--throughput", "500"],
        ["--throughput", "1/m"],
      ]
      for (const flags of wrong) {
        const error = yield* Effect.flip(Command.runWith(load, { version: "0" })(["http", "http://h/", ...flags]))
        assert.include(JSON.stringify(error), flags[0] === "--errors" ? "such as 1% or 0.1%" : "such as 500/s")
      }
    }).pipe(Effect.provide(NodeServices.layer)),
  )

  it.effect("does not fail for what nobody could judge", () =>
    Effect.gen(function* () {
      const { code, text } = yield* delivered(true, "not judged here")
      assert.strictEqual(code, 0)
      assert.notInclude(text, "DOES NOT HOLD")
    }),
  )
})

describe("a load that is asked for wrongly", () => {
  it.effect("ends with 2 before anything is started, and says what to do", () =>
    Effect.gen(function* () {
      const folder = makeFolder()
      const broken = path.join(folder, "broken.ts")
      fs.writeFileSync(broken, "export default {")
      const said = yield* Effect.forEach(
        [
          ["run", "fan-uot"],
          ["run", broken],
          ["run", "fan-out", "--address", "nowhere:here"],
          ["run", "fan-out", "--simulate", "--address", "localhost:8080"],
          ["run", "fan-out", "--json", path.join(folder, "not", "there.json")],
          ["run", "fan-out", "--simulate", "--processes", "2"],
          ["find-limit", "fan-uot"],
          ["find-limit", "fan-out", "--from", "8", "--to", "4"],
          ["http", "http://127.0.0.1:1/", "--html", path.join(folder, "not", "there.html")],
          ["compare", broken, broken],
        ],
        (args) => natter(...args),
      )
      assert.deepStrictEqual(
        said.map(({ code }) => code),
        said.map(() => 2),
      )
      const advice = [
        /`natter load list` lists them/,
        /give a module/,
        /write it as/,
        /leave out --address/,
        /choose a file/,
      ]
      const others = [
        /leave out --processes/,
        /`natter load list` lists them/,
        /nothing to try/,
        /choose a file/,
        /make it again/,
      ]
      for (const [at, expected] of [...advice, ...others].entries()) assert.match(said[at]!.message, expected)
    }),
  )

  it.effect("ends with 1 where nothing answers", () =>
    Effect.gen(function* () {
      const { code, message } = yield* natter("http", "http://127.0.0.1:1/", "--for", "1s")
      assert.strictEqual(code, 1)
      assert.match(message, /nothing listens there/)
    }),
  )
})

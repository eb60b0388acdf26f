// Whether members that do not read hurt those that do: `node scripts/bench/slow.ts --help`.
//
// Messages are due at fixed moments, whatever becomes of those before. In turns, in one run, each time with a fresh
// process: everybody reads; some stop reading when the measured time begins; those are not there at all. At its end
// those who stalled come back and fetch what they missed.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { BenchError } from "./BenchError.ts"
import { wholeNumber, wholeNumbers } from "./Flags.ts"
import * as Machine from "./Machine.ts"
import * as OpenRound from "./OpenRound.ts"
import { latencies, type OpenLoad, type OpenRoundFigures } from "./OpenRound.ts"
import * as Section from "./Section.ts"
import { natter } from "./Servers.ts"
import { good, section, slowCase, type SlowReport, type SlowRound, text } from "./SlowReport.ts"
import { median } from "./Table.ts"

const flags = {
  members: wholeNumber("members", 2, 20_000, 200).pipe(
    Flag.withDescription("How many are in the channel, those that stall included (200)"),
  ),
  stalled: wholeNumbers("stalled", 1, 20_000, [1, 10, 100]).pipe(
    Flag.withDescription("How many of them stall; several after one another (1,10,100)"),
  ),
  senders: wholeNumber("senders", 1, 1000, 10).pipe(Flag.withDescription("How many of them speak (10)")),
  rate: wholeNumber("rate", 1, 10_000, 160).pipe(
    Flag.withDescription("Messages per second, of all senders together (160)"),
  ),
  bytes: wholeNumber("bytes", 10, 16_000, 4000).pipe(
    Flag.withDescription("Bytes of a message. Some megabytes fit between two sockets before anybody is slow (4000)"),
  ),
  rounds: wholeNumber("rounds", 1, 50, 5).pipe(Flag.withDescription("Rounds; in each all is measured once (5)")),
  seconds: wholeNumber("seconds", 1, 20, 14).pipe(
    Flag.withDescription("Measured time. Long enough for those that stall to be found out (14)"),
  ),
  ramp: wholeNumber("ramp", 1, 60, 2).pipe(Flag.withDescription("Seconds of full load before it (2)")),
  pinned: Flag.Boolean("pinned").pipe(
    Flag.withDescription("Hold the server on one core and the load on another: exact on an idle machine only"),
    Flag.withDefault(false),
  ),
  write: Flag.Boolean("write").pipe(
    Flag.withDescription("Put the tables into docs/BENCHMARKS.md"),
    Flag.withDefault(false),
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print the report as JSON"), Flag.withDefault(false)),
}

const bench = Effect.fnUntraced(function* (options: Command.Command.Config.Infer<typeof flags>) {
  const { bytes, members, rate, rounds, seconds, senders, stalled } = options
  const healthy = stalled.map((count) => members - count)
  if (Math.min(...healthy) < senders) {
    return yield* new BenchError({ message: `${Math.min(...healthy)} healthy members cannot hold ${senders} senders` })
  }
  yield* Machine.requireSockets(members)
  const { pinned, ...anywhere } = yield* Machine.describe
  const machine = options.pinned && pinned !== undefined ? { ...anywhere, pinned } : anywhere
  const load = { senders, rate, contentBytes: bytes, rampSeconds: options.ramp, seconds }

  const measure = Effect.fnUntraced(function* (what: string, load: OpenLoad) {
    const figures = yield* OpenRound.run(natter, load, { pinned: options.pinned ? pinned : undefined })
    const { p99, quietP99, quietSeconds } = latencies(figures.slices, ({ delivery }) => delivery[0]!)
    const quiet = quietP99 === undefined ? "" : `, ${quietP99.toFixed(1)} ms in quiet seconds`
    yield* Console.error(`${what}: p99 ${p99.toFixed(1)} ms${quiet} (${quietSeconds} of ${figures.slices.length})`)
    return figures
  })

  const measured: Array<SlowRound> = []
  for (let round = 1; round <= rounds; round++) {
    const name = (what: string) => `round ${round}/${rounds}, ${what}`
    const reading = yield* measure(name("all read"), { ...load, members, stalled: 0, groups: healthy })
    const withStalled: Array<OpenRoundFigures> = []
    const without: Array<OpenRoundFigures> = []
    for (const [index, count] of stalled.entries()) {
      const groups = [healthy[index]!]
      withStalled.push(yield* measure(name(`${count} stall`), { ...load, members, stalled: count, groups }))
      without.push(yield* measure(name(`without ${count}`), { ...load, members: groups[0]!, stalled: 0, groups }))
    }
    measured.push({ reading, stalled: withStalled, without })
  }

  const all = measured.flatMap((round) => [round.reading, ...round.stalled, ...round.without])
  const others = all.flatMap(({ slices }) => slices.map(({ otherUtilisation }) => otherUtilisation))
  const report: SlowReport = {
    benchmark: "slow",
    machine,
    settings: { members, senders, rate, messageBytes: bytes, rampSeconds: options.ramp, seconds, rounds },
    date: DateTime.formatIsoDateUtc(yield* DateTime.now),
    others: [Math.min(...others), median(others), Math.max(...others)],
    messagesChecked: all.reduce((sum, { messagesChecked }) => sum + messagesChecked, 0),
    cases: stalled.map((count, index) => slowCase(measured, index, count, members)),
  }
  yield* Console.log(options.json ? JSON.stringify(report, null, 2) : text(report))
  if (options.write) yield* Section.write("bench:slow", section(report))
  if (!good(report)) return yield* new BenchError({ message: "not everything is as it should be: see above" })
})

// Closing the terminal must end the servers too; only SIGINT and SIGTERM are handled otherwise.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

Command.make("slow", flags, (options) =>
  Effect.tapError(bench(options), (error) => Console.error(`slow: ${error.message}`)),
).pipe(
  Command.withDescription("Measures whether members that do not read slow down those that do, and whether they resume"),
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  // What went wrong has been said; the report would add a stack.
  NodeRuntime.runMain({ disableErrorReporting: true }),
)

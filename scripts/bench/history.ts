// What it costs to keep what is said: `node scripts/bench/history.ts --help`.
//
// The same service under the same load, with its history in memory and on disk, in turns in one run, each time with a
// fresh process and an empty folder.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { BenchError } from "./BenchError.ts"
import * as Disk from "./Disk.ts"
import * as FanoutRound from "./FanoutRound.ts"
import type { RoundFigures } from "./FanoutRound.ts"
import { wholeNumber, wholeNumbers } from "./Flags.ts"
import {
  good,
  type HistoryReport,
  latencyLines,
  type Measured,
  section,
  text,
  throughputLines,
} from "./HistoryReport.ts"
import * as Machine from "./Machine.ts"
import { contentBytes } from "./Message.ts"
import * as OpenRound from "./OpenRound.ts"
import * as Section from "./Section.ts"
import type { ServerCommand } from "./ServerProcess.ts"
import { histories } from "./Servers.ts"
import { large } from "./Table.ts"

const flags = {
  members: wholeNumber("members", 1, 20_000, 100).pipe(Flag.withDescription("How many are in the channel (100)")),
  senders: wholeNumber("senders", 1, 1000, 10).pipe(Flag.withDescription("How many of them speak (10)")),
  rate: wholeNumber("rate", 1, 10_000, 200).pipe(
    Flag.withDescription("Open loop: messages per second, of all senders together (200)"),
  ),
  inFlight: wholeNumbers("in-flight", 1, 1000, [3, 50]).pipe(
    Flag.withDescription("Closed loop: messages that each sender keeps under way; several after one another (3,50)"),
  ),
  rounds: wholeNumber("rounds", 1, 50, 5).pipe(Flag.withDescription("Rounds; in each all is measured once (5)")),
  seconds: wholeNumber("seconds", 1, 120, 5).pipe(Flag.withDescription("Measured time (5)")),
  ramp: wholeNumber("ramp", 1, 60, 2).pipe(Flag.withDescription("Seconds of full load before it (2)")),
  pinned: Flag.Boolean("pinned").pipe(
    Flag.withDescription("Hold the server on one core, its thread for the database too"),
    Flag.withDefault(false),
  ),
  profile: Flag.String("profile").pipe(
    Flag.withDescription("Write CPU profiles of the servers into this folder"),
    Flag.optional,
  ),
  write: Flag.Boolean("write").pipe(
    Flag.withDescription("Put the tables into docs/BENCHMARKS.md"),
    Flag.withDefault(false),
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print the report as JSON"), Flag.withDefault(false)),
}

const bench = Effect.fnUntraced(function* (options: Command.Command.Config.Infer<typeof flags>) {
  const { members, ramp, rate, rounds, seconds, senders } = options
  if (members < senders) {
    return yield* new BenchError({ message: `${members} members cannot hold ${senders} senders` })
  }
  yield* Machine.requireSockets(members)
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { pinned, ...anywhere } = yield* Machine.describe
  const machine = options.pinned && pinned !== undefined ? { ...anywhere, pinned } : anywhere
  const profileFolder = Option.map(options.profile, (folder) => path.resolve(folder))
  if (Option.isSome(profileFolder)) yield* files.makeDirectory(profileFolder.value, { recursive: true })
  const around = (server: ServerCommand, what: string) => ({
    pinned: options.pinned ? pinned : undefined,
    profile: Option.getOrUndefined(
      Option.map(profileFolder, (folder) => ({
        folder,
        name: `${server.name.replaceAll(" ", "-")}-${what}.cpuprofile`,
      })),
    ),
  })

  const open = Effect.fnUntraced(function* (server: ServerCommand, what: string) {
    const load = { members, stalled: 0, senders, rate, contentBytes, rampSeconds: ramp, seconds, groups: [members] }
    const figures = yield* OpenRound.run(server, load, around(server, "open"))
    const { p99, quietSeconds, seconds: all } = OpenRound.latencies(figures.slices, ({ delivery }) => delivery[0]!)
    yield* Console.error(`${what}: p99 ${p99.toFixed(1)} ms; ${quietSeconds} of ${all} seconds were quiet`)
    return figures
  })
  const closed = Effect.fnUntraced(function* (server: ServerCommand, inFlight: number, what: string) {
    const load = { members, senders, inFlight, rampSeconds: ramp, seconds }
    const figures = yield* FanoutRound.run(server, load, around(server, `closed-${inFlight}`))
    yield* Console.error(`${what}, ${inFlight} in flight: ${large(figures.deliveriesPerSecond)} deliveries per second`)
    return figures
  })

  const latency = histories.map(() => [] as Array<OpenRound.OpenRoundFigures>)
  const throughput = options.inFlight.map(() => histories.map(() => [] as Array<RoundFigures>))
  const syncs: Array<number> = []
  for (let round = 1; round <= rounds; round++) {
    syncs.push(...(yield* Disk.syncs))
    const what = (server: ServerCommand) => `round ${round}/${rounds}, ${server.name}`
    for (const [index, server] of histories.entries()) latency[index]!.push(yield* open(server, what(server)))
    for (const [at, inFlight] of options.inFlight.entries()) {
      for (const [index, server] of histories.entries()) {
        throughput[at]![index]!.push(yield* closed(server, inFlight, what(server)))
      }
    }
  }

  const named = <Figures>(all: ReadonlyArray<ReadonlyArray<Figures>>): ReadonlyArray<Measured<Figures>> =>
    histories.map(({ name }, index) => ({ server: name, rounds: all[index]! }))
  const report: HistoryReport = {
    benchmark: "history",
    machine,
    date: DateTime.formatIsoDateUtc(yield* DateTime.now),
    disk: Disk.of(syncs.toSorted((a, b) => a - b)),
    settings: { members, senders, rate, messageBytes: contentBytes, seconds, rounds },
    latency: latencyLines(named(latency)),
    throughput: options.inFlight.flatMap((inFlight, at) => throughputLines(inFlight, named(throughput[at]!))),
  }
  yield* Console.log(options.json ? JSON.stringify(report, null, 2) : text(report))
  if (options.write) yield* Section.write("bench:history", section(report))
  if (!good(report)) return yield* new BenchError({ message: "not everything is as it should be: see above" })
})

// Closing the terminal must end the servers too; only SIGINT and SIGTERM are handled otherwise.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

Command.make("history", flags, (options) =>
  Effect.tapError(bench(options), (error) => Console.error(`history: ${error.message}`)),
).pipe(
  Command.withDescription("Measures what it costs to keep the history on disk, beside one in memory"),
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  // What went wrong has been said; the report would add a stack.
  NodeRuntime.runMain({ disableErrorReporting: true }),
)

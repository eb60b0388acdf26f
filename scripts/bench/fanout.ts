// How much server CPU a delivery costs: `node scripts/bench/fanout.ts --help`.
//
// Ten senders keep three messages each under way to 100 and to 1000 version 1 members, all on loopback; a sender sends
// its next message when its own comes back. Natter and the reference are measured in turns in one run, each time in a
// fresh process, so that what the machine does meanwhile meets both.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { BenchError } from "./BenchError.ts"
import { caseReport, serverReport, text } from "./FanoutReport.ts"
import type { CaseReport, FanoutReport } from "./FanoutReport.ts"
import { wholeNumber, wholeNumbers } from "./Flags.ts"
import * as FanoutRound from "./FanoutRound.ts"
import type { Load, RoundFigures } from "./FanoutRound.ts"
import type { LoadEvent } from "./fanout/Plan.ts"
import * as Machine from "./Machine.ts"
import { contentBytes } from "./Message.ts"
import type { ServerCommand } from "./ServerProcess.ts"
import { reference, servers } from "./Servers.ts"
import { large } from "./Table.ts"

const serverNames = ["natter", "reference", "unbatched"] as const

const flags = {
  server: Flag.Literals("server", serverNames).pipe(
    Flag.withDescription("What is compared with the reference (natter); the reference itself shows how exact this is"),
    Flag.withDefault("natter"),
  ),
  also: Flag.Literals("also", serverNames).pipe(
    Flag.withDescription("Another server to measure in turns with the two"),
    Flag.optional,
  ),
  alone: Flag.Boolean("alone").pipe(
    Flag.withDescription("Leave the reference out, for instance when profiling"),
    Flag.withDefault(false),
  ),
  members: wholeNumbers("members", 1, 20_000, [100, 1000]).pipe(
    Flag.withDescription("How many are connected, senders included; several after one another (100,1000)"),
  ),
  senders: wholeNumber("senders", 1, 1000, 10).pipe(Flag.withDescription("How many of them send (10)")),
  inFlight: wholeNumbers("in-flight", 1, 1000, [3]).pipe(
    Flag.withDescription("Messages that each sender keeps under way; several after one another (3)"),
  ),
  rounds: wholeNumber("rounds", 1, 20, 3).pipe(Flag.withDescription("Measured rounds of each server (3)")),
  seconds: wholeNumber("seconds", 1, 120, 6).pipe(
    Flag.withDescription("Measured time of a round; CPU time is known to 10 ms (6)"),
  ),
  ramp: wholeNumber("ramp", 1, 60, 2).pipe(Flag.withDescription("Seconds of full load before them, as a warm-up (2)")),
  profile: Flag.String("profile").pipe(
    Flag.withDescription("Write CPU profiles of the servers into this folder"),
    Flag.optional,
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print the report as JSON"), Flag.withDefault(false)),
}

const progressOf = (event: LoadEvent): string | undefined => {
  switch (event.type) {
    case "Joined":
      return `joined in ${event.seconds.toFixed(1)} s`
    case "Progress":
      return `${event.phase} ${large(event.deliveriesPerSecond)}/s`
    default:
      return undefined
  }
}

const bench = Effect.fnUntraced(function* (options: Command.Command.Config.Infer<typeof flags>) {
  const { members, rounds, senders } = options
  if (Math.min(...members) < senders) {
    return yield* new BenchError({ message: `${Math.min(...members)} members cannot hold ${senders} senders` })
  }
  yield* Machine.requireSockets(Math.max(...members))
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const machine = yield* Machine.describe
  const profileFolder = Option.map(options.profile, (folder) => path.resolve(folder))
  if (Option.isSome(profileFolder)) yield* files.makeDirectory(profileFolder.value, { recursive: true })

  const contestants: ReadonlyArray<ServerCommand> = [
    servers[options.server],
    ...(options.alone ? [] : [{ ...reference, name: options.server === "reference" ? "again" : "reference" }]),
    ...Option.toArray(Option.map(options.also, (name) => servers[name])),
  ]

  const measure = Effect.fnUntraced(function* (server: ServerCommand, load: Load, round: number) {
    const what = `${server.name}, ${load.members} members, ${load.inFlight} in flight, round ${round}/${rounds}`
    const figures = yield* FanoutRound.run(server, load, {
      pinned: machine.pinned,
      profile: Option.getOrUndefined(
        Option.map(profileFolder, (folder) => ({
          folder,
          name: `${server.name}-${load.members}-${load.inFlight}-${round}.cpuprofile`,
        })),
      ),
      onEvent: (event) => {
        const progress = progressOf(event)
        if (progress !== undefined) process.stderr.write(`${what}: ${progress}\n`)
      },
    })
    yield* Console.error(`${what}: ${large(figures.deliveriesPerCpuSecond)} deliveries per second of CPU`)
    return figures
  })

  const cases: Array<CaseReport> = []
  for (const memberCount of members) {
    for (const inFlight of options.inFlight) {
      const load = { members: memberCount, senders, inFlight, rampSeconds: options.ramp, seconds: options.seconds }
      const figures = contestants.map((): Array<RoundFigures> => [])
      for (let round = 1; round <= rounds; round++) {
        for (const [index, server] of contestants.entries()) {
          figures[index]!.push(yield* measure(server, load, round))
        }
      }
      const reports = contestants.map(({ name }, index) => serverReport(name, figures[index]!))
      cases.push(caseReport(memberCount, inFlight, reports, !options.alone))
    }
  }
  const report: FanoutReport = {
    benchmark: "fanout",
    machine,
    settings: {
      senders,
      messageBytes: contentBytes,
      rampSeconds: options.ramp,
      seconds: options.seconds,
      rounds,
      profiled: Option.isSome(profileFolder),
    },
    cases,
  }
  yield* Console.log(options.json ? JSON.stringify(report, null, 2) : text(report))
})

// Closing the terminal must end the servers too; only SIGINT and SIGTERM are handled otherwise.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

Command.make("fanout", flags, (options) =>
  Effect.tapError(bench(options), (error) => Console.error(`fanout: ${error.message}`)),
).pipe(
  Command.withDescription("Measures how many deliveries Natter makes with a second of CPU, beside a bare Node server"),
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  // What went wrong has been said; the report would add a stack.
  NodeRuntime.runMain({ disableErrorReporting: true }),
)

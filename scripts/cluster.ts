/** Breaks a service of several nodes under load, and checks whether anything that it promises is lost: `npm run cluster:faults -- --help`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { duration } from "../src/cli/load/flags.ts"
import { wholeNumber } from "./bench/Flags.ts"
import type { ChapterResult } from "./cluster/Chapter.ts"
import * as ClusterReport from "./cluster/ClusterReport.ts"
import { CrashError } from "./crash/CrashError.ts"
import * as FaultRun from "./cluster/FaultRun.ts"
import { type FaultName, faults, names } from "./cluster/Faults.ts"
import { say, tell } from "./cluster/Progress.ts"

const flags = {
  fault: Flag.String("fault").pipe(
    Flag.withDescription(
      `What strikes; several with commas between them. ${names.map((name) => `${name}: ${faults[name]}`).join("; ")}`,
    ),
    Flag.optional,
  ),
  rounds: wholeNumber("rounds", 1, 1000, 1).pipe(Flag.withDescription("How often each of them does (1)")),
  random: wholeNumber("random", 0, 10_000, 0).pipe(Flag.withDescription("So many faults at random, instead")),
  seed: wholeNumber("seed", 0, 2 ** 31, Math.floor(Math.random() * 2 ** 31)).pipe(
    Flag.withDescription("Draws the faults, whom they strike, and what is said; a random number"),
  ),
  nodes: wholeNumber("nodes", 1, 9, 3).pipe(Flag.withDescription("Nodes of the service (3)")),
  clients: wholeNumber("clients", 1, 5000, 12).pipe(Flag.withDescription("Clients, spread over the nodes (12)")),
  channels: wholeNumber("channels", 1, 2000, 40).pipe(
    Flag.withDescription("Channels; a client is in 128 at most (40)"),
  ),
  rate: wholeNumber("rate", 1, 20_000, 200).pipe(
    Flag.withDescription("Messages a second of all clients together (200)"),
  ),
  freeze: duration("freeze", "How long a node is frozen (60s; with --random 20s)").pipe(Flag.optional),
  old: Flag.String("old").pipe(
    Flag.withDescription(
      "The release before, which the first node is of: a folder, a commit or a tag (6486670 or later: earlier ones had one node)",
    ),
    Flag.optional,
  ),
  json: Flag.String("json").pipe(Flag.withDescription("Write the report to this file as JSON"), Flag.optional),
}

type Options = Command.Command.Config.Infer<typeof flags>

/** Who knows the names may give them as text. */
const isFault = (name: string): name is FaultName => names.some((one) => one === name)

const chosen = Effect.fnUntraced(function* ({ fault, old, random, rounds, seed }: Options) {
  if (random > 0) return yield* Random.withSeed(FaultRun.random(random), seed)
  const given = Option.isSome(fault) ? fault.value.split(",") : ["kill-owner"]
  const stranger = given.find((name) => !isFault(name))
  if (stranger !== undefined) {
    return yield* new CrashError({ message: `there is no fault ${stranger}, only ${names.join(", ")}` })
  }
  if (given.includes("upgrade") && Option.isNone(old)) {
    return yield* new CrashError({ message: "upgrade needs another release: --old with a folder, a commit or a tag" })
  }
  const once = given.filter(isFault)
  return Array.from({ length: rounds }, () => once).flat()
})

const run = Effect.fnUntraced(function* (options: Options) {
  const { channels, clients, nodes, rate, seed } = options
  const faults = yield* chosen(options)
  const memberships = Math.ceil((channels * FaultRun.membersOf(options)) / clients)
  if (memberships > 128) {
    return yield* new CrashError({ message: `a client would be in ${memberships} channels, and may be in 128` })
  }
  const isRandom = options.random > 0
  say(`${nodes} nodes start; --seed ${seed}`)
  const finished: Array<ChapterResult> = []
  // Whoever ends a long run early sees what came of it until then.
  const early = Effect.suspend(() =>
    finished.length === 0
      ? Effect.void
      : Console.log(
          `\nEnded early.\n${ClusterReport.text(ClusterReport.of({ seed, nodes, clients, channels, rate }, finished))}`,
        ),
  )
  const report = yield* FaultRun.run({
    nodes,
    clients,
    channels,
    rate,
    seed,
    faults,
    freeze: Option.getOrElse(options.freeze, () => Duration.seconds(isRandom ? 20 : 60)),
    old: Option.getOrUndefined(options.old),
    onFault: (outcome, done) => tell(`${done}/${faults.length} ${ClusterReport.outcomeText(outcome)}`),
    onSilence: tell,
    onChapter: (result) => {
      finished.push(result)
      tell(`${result.acknowledged} acknowledged: ${ClusterReport.counts(result.findings)}`)
    },
  }).pipe(Effect.onInterrupt(() => early))
  yield* Console.log(ClusterReport.text(report))
  if (Option.isSome(options.json)) {
    const files = yield* FileSystem.FileSystem
    yield* files.writeFileString(options.json.value, `${JSON.stringify(report, null, 2)}\n`)
  }
  if (report.findings.length > 0) process.exitCode = 1
})

// Closing the terminal must end the nodes too; only SIGINT and SIGTERM are handled otherwise.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

Command.make("cluster:faults", flags, (options) =>
  Effect.tapError(run(options), (error) => Console.error(`cluster:faults: ${error.message}`)),
).pipe(
  Command.withDescription("Breaks a service of several nodes under load, and judges by what its clients noted down"),
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  // The error has been printed; the report of the runtime would add a stack.
  NodeRuntime.runMain({ disableErrorReporting: true }),
)

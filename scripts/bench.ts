/** Measures the service beside its peers, row by row of the table in docs/BENCHMARKS.md: `npm run bench -- --help`. */
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
import * as Scope from "effect/Scope"
import { BenchError } from "./bench/BenchError.ts"
import { type BenchReport, good, merged, rowReport, rowText, section, text } from "./bench/BenchReport.ts"
import { wholeNumber } from "./bench/Flags.ts"
import * as Machine from "./bench/Machine.ts"
import type { Figures, Row } from "./bench/Row.ts"
import { accounts, rows } from "./bench/Rows.ts"
import { root } from "./bench/ServerProcess.ts"
import * as Section from "./bench/Section.ts"
import * as Tokens from "./bench/Tokens.ts"

const ids = rows.map(({ id }) => id).join(", ")

const flags = {
  only: Flag.String("only").pipe(
    Flag.withDescription(`These rows, with commas between them; all of them: ${ids}`),
    Flag.optional,
  ),
  rounds: wholeNumber("rounds", 1, 20, 3).pipe(Flag.withDescription("Measured rounds of each server (3)")),
  seconds: wholeNumber("seconds", 1, 120, 5).pipe(Flag.withDescription("Measured time of a round (5)")),
  ramp: wholeNumber("ramp", 1, 60, 2).pipe(Flag.withDescription("Seconds before it, as a warm-up (2)")),
  alone: Flag.Boolean("alone").pipe(
    Flag.withDescription("Measure ours alone, for instance when profiling"),
    Flag.withDefault(false),
  ),
  quick: Flag.Boolean("quick").pipe(
    Flag.withDescription("See whether everything works, not how fast"),
    Flag.withDefault(false),
  ),
  pinned: Flag.Boolean("pinned").pipe(
    Flag.withDescription("Hold the server on one core and the load on another, where it can be (--no-pinned)"),
    Flag.withDefault(true),
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

const chosen = (only: Option.Option<string>): Effect.Effect<ReadonlyArray<Row>, BenchError> => {
  if (Option.isNone(only)) return Effect.succeed(rows)
  const names = only.value.split(",")
  const stranger = names.find((name) => !rows.some(({ id }) => id === name))
  return stranger === undefined
    ? Effect.succeed(rows.filter(({ id }) => names.includes(id)))
    : Effect.fail(new BenchError({ message: `there is no row ${stranger}, only ${ids}` }))
}

/** On a terminal the last line says how it goes; elsewhere each is a line of its own. */
const sayProgress = (text: string): void => {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
}
const endProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K")
}

/** Rows that were not measured this time stay as they were. */
const write = Effect.fnUntraced(function* (report: BenchReport) {
  const files = yield* FileSystem.FileSystem
  const file = `${root}/docs/benchmarks.json`
  const earlier = (yield* files.exists(file))
    ? (JSON.parse(yield* files.readFileString(file)) as BenchReport)
    : undefined
  const all = merged(
    report,
    earlier,
    rows.map(({ id }) => id),
  )
  yield* files.writeFileString(file, `${JSON.stringify(all, null, 2)}\n`)
  yield* Section.write(
    "bench",
    section(all, (id) => rows.find((row) => row.id === id)!.columns),
  )
})

const bench = Effect.fnUntraced(function* (options: Command.Command.Config.Infer<typeof flags>) {
  const { quick } = options
  if (options.write && (quick || options.alone)) {
    return yield* new BenchError({ message: "what is --quick or --alone is not for docs/BENCHMARKS.md" })
  }
  const rounds = quick ? 1 : options.rounds
  const measured = yield* chosen(options.only)
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { pinned, ...anywhere } = yield* Machine.describe
  const machine: Machine.Machine = options.pinned && pinned !== undefined ? { ...anywhere, pinned } : anywhere
  const profileFolder = Option.getOrUndefined(Option.map(options.profile, (folder) => path.resolve(folder)))
  if (profileFolder !== undefined) yield* files.makeDirectory(profileFolder, { recursive: true })
  const scope = yield* Effect.scope
  const tokens = yield* Effect.cached(
    Tokens.make(accounts).pipe(
      Effect.provideService(Scope.Scope, scope),
      Effect.mapError((error) => new BenchError({ message: `no accounts could be made: ${error.message}` })),
    ),
  )

  const measure = Effect.fnUntraced(function* (row: Row) {
    const contestants = options.alone ? row.contestants.slice(0, 1) : row.contestants
    const figures = contestants.map((): Array<Figures> => [])
    for (let round = 1; round <= rounds; round++) {
      for (const [index, contestant] of contestants.entries()) {
        const what = `${row.id} ${round}/${rounds}, ${contestant.name}`
        sayProgress(what)
        figures[index]!.push(
          yield* contestant.measure({
            pinned: machine.pinned,
            rampSeconds: quick ? 0.1 : options.ramp,
            seconds: quick ? 0.3 : options.seconds,
            quick,
            profile:
              profileFolder === undefined
                ? undefined
                : {
                    folder: profileFolder,
                    name: `${row.id}-${contestant.name}-${round}.cpuprofile`.replaceAll(" ", "-"),
                  },
            tokens,
            onProgress: (text) => sayProgress(`${what}: ${text}`),
          }),
        )
      }
    }
    const report = rowReport({ ...row, contestants, bounds: options.alone ? [] : row.bounds }, figures, {
      date: DateTime.formatIsoDateUtc(yield* DateTime.now),
      rounds,
      seconds: options.seconds,
      realTime: machine.realTime,
    })
    endProgress()
    yield* Console.error(rowText(row.columns, report))
    // At once: should a later row fail, this one is not lost.
    if (options.write) yield* write({ benchmark: "bench", machine, rows: [report] })
    return report
  })

  const report: BenchReport = {
    benchmark: "bench",
    machine,
    rows: yield* Effect.forEach(measured, measure),
  }
  yield* Console.log(options.json ? JSON.stringify(report, null, 2) : `\n${text(report)}`)
  if (quick) yield* Console.error("Quick: everything works, and the figures say nothing.")
  if (!quick && !good(report)) return yield* new BenchError({ message: "not everything is reached: see above" })
}, Effect.scoped)

// Closing the terminal must end the servers too; only SIGINT and SIGTERM are handled otherwise.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

Command.make("bench", flags, (options) =>
  Effect.tapError(bench(options), (error) => Console.error(`bench: ${error.message}`)),
).pipe(
  Command.withDescription(
    "Measures Natter beside bare Node, ws and socket.io, and whether it is as fast as it must be",
  ),
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  // What went wrong has been said; the report would add a stack.
  NodeRuntime.runMain({ disableErrorReporting: true }),
)

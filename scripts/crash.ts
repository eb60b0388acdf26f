/** Kills the service again and again, and checks whether anything acknowledged was lost: `npm run crash -- --help`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { duration, size } from "../src/cli/load/flags.ts"
import { wholeNumber } from "./bench/Flags.ts"
import type { Ledger } from "./crash/Ledger.ts"
import { crashTest, faults, storages } from "./crash/CrashTest.ts"
import { fileCrash } from "./crash/files/FileCrash.ts"
import { transfer } from "./crash/transfer/command.ts"
import * as Verdict from "./crash/Verdict.ts"

const flags = {
  kills: wholeNumber("kills", 1, 100_000, 10).pipe(Flag.withDescription("How often; 10. The last is always a kill")),
  seed: wholeNumber("seed", 0, 2 ** 31, Math.floor(Math.random() * 2 ** 31)).pipe(
    Flag.withDescription("Draws the moments and what is said; a random number"),
  ),
  storage: Flag.Literals("storage", storages).pipe(
    Flag.withDefault("sqlite" as const),
    Flag.withDescription("Where everything is kept; memory has to lose"),
  ),
  fault: Flag.Literals("fault", faults).pipe(
    Flag.withDefault("kill" as const),
    Flag.withDescription(
      "What strikes: kill -9 of the service, a proper restart, kill -9 of postgres, another process that keeps the database locked, or a full disk",
    ),
  ),
}

const between = duration(
  "between",
  "The longest time between two strikes; 1500ms. Files come further in a longer one",
).pipe(Flag.withDefault(Duration.millis(1500)))

const filesFlag = Flag.Boolean("files").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Kills a process that takes in files, instead, and looks at their bytes"),
)

const transferFlags = {
  transfer: Flag.Boolean("transfer").pipe(
    Flag.withDefault(false),
    Flag.withDescription(
      "Cuts the connection over which one large file goes, instead, and looks at what is held in memory",
    ),
  ),
  size: size("size", "With --transfer: how large it is; 1GiB").pipe(Flag.withDefault(1024 ** 3)),
  cuts: wholeNumber("cuts", 0, 10_000, 20).pipe(Flag.withDescription("With --transfer: how often, each way; 20")),
}

const width = 30

const progress =
  (strikes: number) =>
  (strike: number, { files, operations }: Ledger) => {
    const done = Math.min(width, Math.round((strike / strikes) * width))
    const bar = `${"█".repeat(done)}${"░".repeat(width - done)} ${strike}/${strikes}, ${operations.length} said, ${files.length} files`
    if (process.stderr.isTTY) process.stderr.write(`\r${bar}${strike < strikes ? "" : "\n"}`)
    else if (strike % 10 === 0 || strike === strikes) process.stderr.write(`${bar}\n`)
  }

// Closing the terminal must end the service too; only SIGINT and SIGTERM are handled otherwise.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

const killsOfFiles = Effect.fnUntraced(function* (kills: number, seed: number) {
  yield* Console.log(`--files --kills ${kills} --seed ${seed}`)
  const onKill = (kill: number, whole: number) => {
    if (kill % 10 === 0 || kill === kills) process.stderr.write(`${kill}/${kills} kills, ${whole} files whole\n`)
  }
  const { bytes, findings, resumed, whole } = yield* fileCrash({ kills, seed, onKill })
  yield* Console.log(
    `${kills} kills: ${Math.round(bytes / 1024 / 1024)} MiB acknowledged, ${whole} files whole, ${resumed} went on after a kill`,
  )
  yield* Console.log(
    findings.length === 0 ? "Nothing acknowledged was lost, and nothing is left over." : findings.join("\n"),
  )
  if (findings.length > 0) process.exitCode = 1
})

Command.make("crash", { ...flags, between, ...transferFlags, files: filesFlag }, (options) =>
  Effect.gen(function* () {
    const { between, fault, files, kills, seed, storage } = options
    if (files) return yield* killsOfFiles(kills, seed)
    if (options.transfer) {
      if (!(yield* transfer(options))) process.exitCode = 1
      return
    }
    yield* Console.log(
      `--kills ${kills} --seed ${seed} --storage ${storage} --fault ${fault} --between ${Duration.toMillis(between)}ms`,
    )
    const plan = { fault, seed, storage, between, strikes: kills }
    const { findings, record } = yield* crashTest({ ...plan, onStrike: progress(kills) })
    yield* Console.log(Verdict.text(record, findings))
    if (findings.length > 0) process.exitCode = 1
  }).pipe(Effect.tapError((error) => Console.error(`crash: ${error.message}`))),
).pipe(
  Command.withDescription("Kills the service under load, and judges by what its clients noted down"),
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  // The error has been printed; the report of the runtime would add a stack.
  NodeRuntime.runMain({ disableErrorReporting: true }),
)

// A whole run by its options, from an empty data folder to the findings.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Random from "effect/Random"
import * as Fault from "./Fault.ts"
import * as Judge from "./Judge.ts"
import type { Ledger } from "./Ledger.ts"
import * as Run from "./Run.ts"
import * as Service from "./Service.ts"

export type Storage = "sqlite" | "memory"

export interface Options {
  readonly storage: Storage
  readonly kills: number
  readonly seed: number
  /** Messages a second of each client that talks. Default: 10. */
  readonly pace?: number | undefined
  /** The longest time between two kills. Default: 1.5 s. */
  readonly between?: Duration.Duration | undefined
  readonly onStrike?: ((strike: number, ledger: Ledger) => void) | undefined
}

/** What differs from the defaults, so that nothing that was said is removed or turned away. */
const environment = { NATTER_HISTORY_MAX_ENTRIES: "1000000" }

export const torture = (options: Options) =>
  Effect.gen(function* () {
    const { between = Duration.millis(1500), kills, onStrike, pace = 10, storage } = options
    const files = yield* FileSystem.FileSystem
    const data = yield* files.makeTempDirectoryScoped({ prefix: "natter-crash-" })
    const port = yield* Service.freePort
    const victim = yield* Fault.Victim.make({ port, data, args: ["--rate-limits", "off"], environment })
    const record = yield* Run.run({ strikes: kills, pace, between, port, onStrike }, victim, Fault.kill(victim))
    const durability = storage === "memory" ? undefined : "disk"
    return { record, findings: Judge.judge(record, { durability, answers: true }) }
  }).pipe(Effect.scoped, Random.withSeed(options.seed))

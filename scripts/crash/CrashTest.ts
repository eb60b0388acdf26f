// A whole run by its options, from an empty data folder to the findings.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Random from "effect/Random"
import * as path from "node:path"
import { freePort } from "../../src/load/FreePort.ts"
import { CrashError } from "./CrashError.ts"
import * as Fault from "./Fault.ts"
import * as FileJudge from "./FileJudge.ts"
import * as Judge from "./Judge.ts"
import type { Ledger } from "./Ledger.ts"
import * as leftovers from "./leftovers.ts"
import * as Postgres from "./Postgres.ts"
import * as Run from "./Run.ts"
import { host } from "./Service.ts"
import { ServiceUnderTest } from "./ServiceUnderTest.ts"

export const storages = ["sqlite", "postgres", "memory"] as const
export type Storage = (typeof storages)[number]

export const faults = ["kill", "restart", "postgres", "locked", "full"] as const
export type FaultName = (typeof faults)[number]

export interface Options {
  readonly storage: Storage
  readonly fault: FaultName
  /** At least 1. */
  readonly strikes: number
  readonly seed: number
  /** Messages a second of each client that talks. Default: 10. */
  readonly pace?: number | undefined
  /** The longest time between two strikes. Default: 1.5 s. */
  readonly between?: Duration.Duration | undefined
  readonly onStrike?: ((strike: number, ledger: Ledger) => void) | undefined
}

const testAt = (port: number, options: Options) =>
  Effect.gen(function* () {
    const { between = Duration.millis(1500), fault: name, onStrike, pace = 10, storage, strikes } = options
    const files = yield* FileSystem.FileSystem
    const data = yield* files.makeTempDirectoryScoped({ prefix: "natter-crash-" })
    const database = storage === "postgres" ? yield* Postgres.server : undefined
    const environment = {
      // No message may be removed because there are too many.
      NATTER_HISTORY_MAX_ENTRIES: "1000000",
      NATTER_STORAGE: storage,
      // Whoever hears no answer begins an upload a second time, and the first waits until it expires.
      NATTER_FILES_UPLOADS: "10000",
      NATTER_FILES_QUOTA: "1000 GiB",
      ...(database === undefined ? {} : { NATTER_POSTGRES_URL: database.url() }),
    }
    const service = yield* ServiceUnderTest.make({ port, data, args: ["--rate-limits", "off"], environment })
    const possible: Partial<Record<FaultName, Fault.Fault>> = {
      kill: Fault.kill(service),
      restart: Fault.restart(service),
      ...(database !== undefined && { postgres: Fault.postgresDown(database) }),
      ...(storage === "sqlite" && {
        locked: Fault.locked(path.join(data, "natter.db")),
        full: Fault.diskFull(service, data),
      }),
    }
    const fault = possible[name]
    if (fault === undefined) return yield* new CrashError({ message: `${storage} knows no fault ${name}` })
    const record = yield* Run.run({ strikes, pace, between, port, onStrike }, service, fault)
    const durability = storage === "memory" ? undefined : "disk"
    yield* service.kill
    const kept = { data, postgres: database?.url() }
    return {
      record,
      findings: [
        ...Judge.judge(record, { durability, answers: true }),
        ...FileJudge.judge(record),
        ...(storage === "memory" ? [] : yield* leftovers.find(kept, record)),
      ],
    }
  }).pipe(Effect.scoped, Random.withSeed(options.seed))

/** Succeeds with what the clients recorded, and with all that is wrong with it. */
export const crashTest = (options: Options) =>
  // The port comes of no seed: another run with the same one would be at the same port.
  Effect.flatMap(freePort(host), (port) => testAt(port, options))

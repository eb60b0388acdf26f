// What happens to the service: one strike after the other, each over when somebody is answered again.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Random from "effect/Random"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { promisify } from "node:util"
import type { PostgresServer } from "../../test/postgres/PostgresServer.ts"
import { CrashError } from "./CrashError.ts"
import type { ServiceUnderTest } from "./ServiceUnderTest.ts"

type Spawner = ChildProcessSpawner

export interface Fault {
  /** Strikes, and has set right what it did when it succeeds. False where the service was not back in time. */
  readonly strike: Effect.Effect<boolean, CrashError, Spawner>
}

/** How often the service is killed again while it starts. */
const killedStarting = 0.15

/** Kills the service at any moment, that of its start included, and starts it again. */
export const kill = (service: ServiceUnderTest): Fault => ({
  strike: Effect.gen(function* () {
    yield* service.kill
    while ((yield* Random.next) < killedStarting) {
      yield* service.start
      yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, 1000)))
      yield* service.kill
    }
    const started = yield* service.start
    return yield* Effect.raceFirst(started.up, started.ended)
  }),
})

/** Asks the service to end, and starts it again. */
export const restart = (service: ServiceUnderTest): Fault => ({
  strike: Effect.gen(function* () {
    yield* service.running.stop
    yield* service.kill
    const started = yield* service.start
    return yield* Effect.raceFirst(started.up, started.ended)
  }),
})

const time = (least: number, most: number) => Effect.map(Random.nextIntBetween(least, most), Duration.millis)

const attempt = (what: string, does: () => unknown): Effect.Effect<void, CrashError> =>
  Effect.tryPromise({
    try: async () => void (await does()),
    catch: (cause) => new CrashError({ message: `${what}: ${String(cause)}` }),
  })

/** Takes the power from the database, and after a while gives it back; the service is left alone. */
export const postgresDown = (database: PostgresServer): Fault => ({
  strike: Effect.gen(function* () {
    yield* attempt("Postgres could not be killed", () => database.kill())
    yield* Effect.sleep(yield* time(0, 3000))
    yield* attempt("Postgres could not be started", () => database.start())
    return true
  }),
})

/** Another process writes, and takes its time over it: longer than a statement waits. */
export const locked = (file: string): Fault => ({
  strike: Effect.acquireUseRelease(
    Effect.sync(() => new DatabaseSync(file, { timeout: 60_000 })),
    (db) =>
      Effect.gen(function* () {
        yield* attempt("the database could not be locked", () => db.exec("BEGIN EXCLUSIVE"))
        yield* Effect.sleep(yield* time(500, 9000))
        yield* attempt("the database could not be unlocked", () => db.exec("ROLLBACK"))
        return true
      }),
    (db) => Effect.sync(() => db.close()),
  ),
})

/** No file may grow any more, as on a disk that is full; later there is room again. */
export const diskFull = (service: ServiceUnderTest, folder: string): Fault => {
  const limit = (bytes: string) =>
    attempt("the size of files could not be limited", () =>
      promisify(execFile)("prlimit", [`--pid=${service.running.pid}`, `--fsize=${bytes}:unlimited`]),
    )
  return {
    strike: Effect.gen(function* () {
      const sizes = fs.readdirSync(folder).map((file) => fs.statSync(path.join(folder, file)).size)
      yield* limit(String(Math.max(...sizes)))
      yield* Effect.sleep(yield* time(1000, 4000))
      yield* limit("unlimited")
      return true
    }),
  }
}

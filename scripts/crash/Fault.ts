// What happens to the service: one strike after the other, each over when somebody is answered again.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { promisify } from "node:util"
import type { PostgresServer } from "../../test/postgres/PostgresServer.ts"
import { CrashError } from "./CrashError.ts"
import * as Service from "./Service.ts"

type Spawner = ChildProcessSpawner

/** The service, which is killed and started again. */
export class Victim {
  private readonly options: Service.ServiceOptions
  private readonly scope: Scope.Scope
  private life: { readonly scope: Scope.Closeable; readonly service: Service.Service } | undefined

  private constructor(options: Service.ServiceOptions, scope: Scope.Scope) {
    this.options = options
    this.scope = scope
  }

  /** Not running yet; killed with the scope. */
  static readonly make = (options: Service.ServiceOptions): Effect.Effect<Victim, never, Scope.Scope> =>
    Effect.map(Effect.scope, (scope) => new Victim(options, scope))

  get running(): Service.Service {
    if (this.life === undefined) throw new Error("the service is not running")
    return this.life.service
  }

  get start(): Effect.Effect<Service.Service, CrashError, Spawner> {
    return Effect.gen({ self: this }, function* () {
      const scope = yield* Scope.fork(this.scope)
      const service = yield* Scope.provide(Service.start(this.options), scope)
      this.life = { scope, service }
      return service
    })
  }

  get kill(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { life } = this
      this.life = undefined
      return life === undefined ? Effect.void : Scope.close(life.scope, Exit.void)
    })
  }
}

export interface Fault {
  /** Strikes, and has set right what it did when it succeeds. False where the service was not back in time. */
  readonly strike: Effect.Effect<boolean, CrashError, Spawner>
}

/** How often the service is killed again while it starts. */
const killedStarting = 0.15

/** Kills the service at any moment, that of its start included, and starts it again. */
export const kill = (victim: Victim): Fault => ({
  strike: Effect.gen(function* () {
    yield* victim.kill
    while ((yield* Random.next) < killedStarting) {
      yield* victim.start
      yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, 1000)))
      yield* victim.kill
    }
    const service = yield* victim.start
    return yield* Effect.raceFirst(service.up, service.ended)
  }),
})

/** Asks the service to end, and starts it again. */
export const restart = (victim: Victim): Fault => ({
  strike: Effect.gen(function* () {
    yield* victim.running.stop
    yield* victim.kill
    const service = yield* victim.start
    return yield* Effect.raceFirst(service.up, service.ended)
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
export const diskFull = (victim: Victim, folder: string): Fault => {
  const limit = (bytes: string) =>
    attempt("the size of files could not be limited", () =>
      promisify(execFile)("prlimit", [`--pid=${victim.running.pid}`, `--fsize=${bytes}:unlimited`]),
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

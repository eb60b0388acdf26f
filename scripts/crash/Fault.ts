// What happens to the service: one strike after the other, each over when somebody is answered again.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import type { CrashError } from "./CrashError.ts"
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
  /** What it is called in the verdict. */
  readonly name: string
}

/** How often the service is killed again while it starts. */
const killedStarting = 0.15

/** Kills the service at any moment, that of its start included, and starts it again. */
export const kill = (victim: Victim): Fault => ({
  name: "kill -9 of the service",
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

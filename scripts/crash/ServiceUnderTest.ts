// The service of a run: it is killed and started again, always with the same options.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Scope from "effect/Scope"
import type { CrashError } from "./CrashError.ts"
import * as Service from "./Service.ts"

export class ServiceUnderTest {
  private readonly options: Service.ServiceOptions
  private readonly scope: Scope.Scope
  private life: { readonly scope: Scope.Closeable; readonly service: Service.Service } | undefined

  private constructor(options: Service.ServiceOptions, scope: Scope.Scope) {
    this.options = options
    this.scope = scope
  }

  /** Not running yet; killed with the scope. */
  static readonly make = (options: Service.ServiceOptions): Effect.Effect<ServiceUnderTest, never, Scope.Scope> =>
    Effect.map(Effect.scope, (scope) => new ServiceUnderTest(options, scope))

  get running(): Service.Service {
    if (this.life === undefined) throw new Error("the service is not running")
    return this.life.service
  }

  get start(): Effect.Effect<Service.Service, CrashError, ChildProcessSpawner> {
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

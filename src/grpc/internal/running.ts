/** Effects for who waits for promises: each call's fiber ends with the call, and with the service. */
import { ConnectError } from "@connectrpc/connect"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { ofCause } from "./errors.ts"

export interface Running {
  /** Fails with the error of a call; it is interrupted where nobody waits for it any more. */
  readonly promise: <A, E>(effect: Effect.Effect<A, E>, signal?: AbortSignal) => Promise<A>
}

/** Where a call was given up, and with it what it had begun: why, as a deadline that has passed. */
const endedBy = (signal: AbortSignal | undefined, cause: Cause.Cause<unknown>): ConnectError | undefined =>
  signal?.aborted === true && Cause.hasInterruptsOnly(cause) && signal.reason instanceof ConnectError
    ? signal.reason
    : undefined

export const make: Effect.Effect<Running, never, Scope.Scope> = Effect.gen(function* () {
  const run = Effect.runForkWith(yield* Effect.context())
  const scope = yield* Scope.Scope
  return {
    promise: (effect, signal) =>
      new Promise((resolve, reject) => {
        const fiber = Fiber.runIn(run(effect), scope)
        const abort = () => fiber.interruptUnsafe()
        if (signal?.aborted === true) abort()
        else signal?.addEventListener("abort", abort, { once: true })
        fiber.addObserver((exit) => {
          signal?.removeEventListener("abort", abort)
          if (Exit.isSuccess(exit)) resolve(exit.value as never)
          else reject(endedBy(signal, exit.cause) ?? ofCause(exit.cause))
        })
      }),
  }
})

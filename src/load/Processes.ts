/** A load generator of several processes, where one cannot keep up: this process leads, the others play members. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Address from "../client/Address.ts"
import type { TlsOptions } from "../client/transport/TlsOptions.ts"
import type { PlayOptions } from "../scenario/Player.ts"
import { LoadGeneratorError } from "../scenario/LoadGenerator.ts"
import * as LoadGenerators from "../scenario/LoadGenerators.ts"
import { World } from "../scenario/World.ts"
import * as WorkerProcess from "./internal/worker/process.ts"

/** Of `n` processes each plays every `n`-th member. They connect to the service of the world by its address. */
export const generator =
  (processes: number, tls?: TlsOptions): NonNullable<PlayOptions["generator"]> =>
  (plan) =>
    Effect.gen(function* () {
      const world = yield* World
      const credentials = world.credentials(0)
      const address = Result.getOrUndefined(Address.parse(world.target))
      if (address === undefined || !("password" in credentials)) {
        return yield* new LoadGeneratorError({ message: `${world.target} cannot be reached by several processes` })
      }
      const assignment = {
        address,
        tls,
        password: Redacted.value(credentials.password),
        invite: credentials.invite && Redacted.value(credentials.invite),
      }
      const shares = Array.from({ length: processes }, (_, nth) => ({ nth, of: processes }))
      return LoadGenerators.combine(
        yield* Effect.forEach(shares, (share) => WorkerProcess.make({ ...assignment, plan: { ...plan, share } }), {
          concurrency: "unbounded",
        }),
      )
    })

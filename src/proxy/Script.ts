/** A list of faults, each with the time at which it begins. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FaultRequest } from "./Fault.ts"
import type { Proxy } from "./Proxy.ts"
import { Time } from "./Time.ts"

/** `at` counts from the start of the proxy. */
export const Script = Schema.Array(Schema.Struct({ at: Time, ...FaultRequest.fields })).check(
  Schema.isMaxLength(10_000),
)
export type Script = typeof Script.Type

/** Calls `skipped` for a fault that cannot be applied, because its link is gone or too many are in force, and goes on. */
export const play = (
  proxy: (typeof Proxy)["Service"],
  script: Script,
  skipped: (why: string) => Effect.Effect<void>,
): Effect.Effect<void> =>
  Effect.forEach(
    script,
    ({ at, ...order }) =>
      proxy.apply(order).pipe(
        Effect.catch((error) => skipped(`at ${Duration.format(at)}: ${error.message}`)),
        Effect.delay(at),
      ),
    { concurrency: "unbounded", discard: true },
  )

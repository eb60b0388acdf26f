/** Faults at their times. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Order } from "./Fault.ts"
import type { Proxy } from "./Proxy.ts"
import { Time } from "./Time.ts"

/** `at` counts from the start of the proxy. */
export const Script = Schema.Array(Schema.Struct({ at: Time, ...Order.fields })).check(Schema.isMaxLength(10_000))
export type Script = typeof Script.Type

/** A fault for a link that is gone, or above what may be in force, is told to `skipped`, and the rest goes on. */
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

/** What `natter load find-limit` does. */
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as FindLimit from "../../load/FindLimit.ts"
import { Progress } from "../../load/Progress.ts"
import { play } from "../../scenario/Player.ts"
import * as Scenario from "../../scenario/Scenario.ts"
import type { Transport } from "../../scenario/Transport.ts"
import type { TlsFlags } from "../tls.ts"
import { userError } from "../userError.ts"
import { BrokenPromise, usageError } from "./exit.ts"
import { find, list, reach, spoken, worldOf } from "./scenarios.ts"

interface Flags extends TlsFlags {
  readonly scenario: Option.Option<string>
  readonly address: Option.Option<string>
  readonly transport: Option.Option<Transport>
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly within: number
  readonly for: Option.Option<Duration.Duration>
}

const membersOf = ({ crowds }: Scenario.Scenario): number => crowds.reduce((sum, { count }) => sum + count, 0)

export const run = Effect.fnUntraced(function* (given: Flags) {
  if (Option.isNone(given.scenario)) return yield* list
  if (given.from > given.to) return yield* usageError("--from is more than --to: there is nothing to try between them")
  const whole = Scenario.lasting(
    spoken(yield* find(given.scenario.value), given.transport),
    Option.getOrElse(given.for, () => "10 seconds" as const),
  )
  const place = yield* reach(given)
  const probe = (scale: number) =>
    Effect.gen(function* () {
      const scenario = Scenario.scaled(whole, scale)
      const world = yield* worldOf(place, scenario)
      const broken = yield* Effect.gen(function* () {
        const { show } = yield* Progress
        const { verdicts } = yield* play(scenario, { seed: given.seed, show })
        return verdicts.filter(({ holds }) => holds === false).map(({ found, promise }) => `${promise}: ${found}`)
      }).pipe(
        // Members that cannot get in count as a broken promise.
        Effect.catchTag("MembersMissing", ({ message }) => Effect.succeed([message])),
        Effect.provide(Layer.merge(Progress.layer, world)),
        Effect.mapError((error) => userError(error.message, error)),
      )
      yield* Console.log(
        `${scale.toFixed(2).padStart(8)}x ${String(membersOf(scenario)).padStart(7)} members  ${broken.length === 0 ? "holds" : broken.join("; ")}`,
      )
      return { scale, broken }
    })
  const { breaks, holds } = yield* FindLimit.find(given, probe)
  const said = (scale: number) => `${scale.toFixed(2)}x, ${membersOf(Scenario.scaled(whole, scale))} members`
  if (holds === undefined) return yield* new BrokenPromise({ message: "not even the first holds: try a lower --from" })
  yield* Console.log(`Everything holds up to ${said(holds)}.`)
  yield* Console.log(
    breaks === undefined
      ? "That was the most that was tried: --to says how far."
      : `With ${said(breaks.scale)} it does not: ${breaks.broken.join("; ")}.`,
  )
})

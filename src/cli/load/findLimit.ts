/** `natter load find-limit`: finds the highest load at which all promises hold. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { duration } from "./flags.ts"
import { scenario, where } from "./scenarioFlags.ts"

const scale = (name: string, description: string) =>
  Flag.Finite(name).pipe(
    Flag.withDescription(description),
    Flag.withSchema(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(10_000))),
  )

export const findLimit = Command.make(
  "find-limit",
  {
    scenario,
    from: scale("from", "As many times the members, to begin with (1)").pipe(Flag.withDefault(1)),
    to: scale("to", "And at most (64)").pipe(Flag.withDefault(64)),
    within: Flag.Finite("within").pipe(
      Flag.withDescription("How near what holds and what breaks have to be, by the higher of them (0.1)"),
      Flag.withSchema(Schema.Finite.check(Schema.isGreaterThan(0.001), Schema.isLessThanOrEqualTo(1))),
      Flag.withDefault(0.1),
    ),
    for: duration("for", "How long each try is measured (10s)").pipe(Flag.optional),
    ...where,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./runFindLimit.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Play a scenario with more and more members, until something that it promises does not hold any more, and say where that is. Each try has a service of its own.",
  ),
  Command.withShortDescription("Find the highest load that holds"),
  Command.withExamples([
    { command: "natter load find-limit fan-out", description: "How many listeners this machine can serve" },
    { command: "natter load find-limit fan-out --from 4 --to 16 --for 20s", description: "Nearer, and longer each" },
  ]),
)

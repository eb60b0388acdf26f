/** `natter load compare`: shows what became faster or slower between two loads, and which promises are broken. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { fromHome } from "../pathFlag.ts"

const result = (name: string, which: string) =>
  Argument.String(name).pipe(
    Argument.withDescription(`${which}: the file that --json or --html of another load command made`),
  )

export const compare = Command.make(
  "compare",
  {
    a: result("a", "The result to compare with"),
    b: result("b", "The result to look at"),
    html: Flag.String("html").pipe(
      Flag.withDescription("Write a page with both runs drawn over one another"),
      Flag.withMetavar("FILE"),
      fromHome,
      Flag.optional,
    ),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./runCompare.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Compare the results of two loads: latencies, rates, memory, counters, errors, and what became of the promises. Exit code 1 when b breaks a promise that a kept, 2 when there is nothing to compare.",
  ),
  Command.withShortDescription("Compare two results"),
  Command.withExamples([
    { command: "natter load compare before.json after.json", description: "What the change did" },
    { command: "natter load compare before.html after.html --html change.html", description: "The same with graphs" },
  ]),
)

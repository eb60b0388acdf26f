/** `natter load list`: the scenarios that come along. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

export const list = Command.make("list", {}, () =>
  Effect.flatMap(
    Effect.promise(() => import("./scenarios.ts")),
    ({ list }) => list,
  ),
).pipe(
  Command.withDescription("List the scenarios that come along, with what each is about"),
  Command.withShortDescription("List the scenarios"),
  Command.withExamples([{ command: "natter load list", description: "Then `natter load run` one by its name" }]),
)

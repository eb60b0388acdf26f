/** `natter files`: where files are kept that people send. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { allSettingFlags } from "./settingFlags.ts"

const takeOver = Command.make("take-over", allSettingFlags, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./files/takeOver.ts")),
    ({ takeOver }) => takeOver(given),
  ),
).pipe(
  Command.withDescription(
    "Make the folder or the bucket in which files are kept this database's, whosever it was. From then on what the database does not know is removed there: only do so where no other service keeps its files in the same place. A service that runs notices it within a day, or when it is started again.",
  ),
  Command.withShortDescription("Make where files are kept this database's"),
  Command.withExamples([
    { command: "natter files take-over --data /var/lib/natter", description: "After moving files there by hand" },
  ]),
)

export const files = Command.make("files").pipe(
  Command.withDescription("Where files are kept that people send; `natter doctor` looks at it"),
  Command.withShortDescription("Where files are kept that people send"),
  Command.withSubcommands([takeOver]),
)

import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { complaint } from "./output.ts"
import { printTable } from "./table.ts"
import { allSettingFlags, loadSettings } from "./settingFlags.ts"

const json = Flag.Boolean("json").pipe(Flag.withDescription("Print one JSON object"), Flag.withDefault(false))

export const config = Command.make(
  "config",
  { ...allSettingFlags, json },
  Effect.fnUntraced(function* ({ json, ...given }) {
    const { inForce, notes } = yield* loadSettings(given)
    yield* Effect.forEach(notes, (note) => Console.error(complaint(note)), { discard: true })
    if (json) {
      const entries = inForce.map(({ from, name, value }) => [name, { value, from: from ?? "default" }])
      return yield* Console.log(JSON.stringify(Object.fromEntries(entries), undefined, 2))
    }
    yield* printTable(
      ["SETTING", "VALUE", "FROM"],
      inForce.map(({ from, name, value }) => [name, value, from ?? "default"]),
    )
  }),
).pipe(
  Command.withDescription(
    "Show the settings in force and where each is from: a flag, the config file, the environment or the default. Secrets are masked.",
  ),
  Command.withShortDescription("Show the settings in force"),
  Command.withExamples([
    { command: "natter config", description: "What `natter serve` would run with here" },
    { command: "natter config --config natter.yaml --json", description: "For a program" },
  ]),
)

/** `natter doctor`: whether a service would start, runs, and will go on to. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { forms } from "../client/Address.ts"
import { allSettingFlags } from "./settingFlags.ts"
import { tlsFlags } from "./tls.ts"

export const doctor = Command.make(
  "doctor",
  {
    address: Flag.String("address").pipe(
      Flag.withDescription(`Look at a service that runs elsewhere instead: ${forms}`),
      Flag.optional,
    ),
    ...tlsFlags,
    json: Flag.Boolean("json").pipe(Flag.withDescription("Print one JSON object"), Flag.withDefault(false)),
    ...allSettingFlags,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./doctor/run.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Look at everything that a service needs: settings, places to listen, certificate, data folder, database, files and their bucket, open files, memory, clock. Nothing is changed, and a running service is not disturbed; a bucket gets one object, which goes at once. Exit code 1 where there is a problem.",
  ),
  Command.withShortDescription("Look for what is wrong, and say what to do"),
  Command.withExamples([
    { command: "natter doctor", description: "With the settings that `natter serve` would have here" },
    { command: "natter doctor --data /var/lib/natter --json", description: "For a program" },
    { command: "natter doctor --address wss://chat.example.org", description: "From where clients are" },
  ]),
)

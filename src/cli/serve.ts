import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { hangUps } from "./serve/hangUp.ts"
import { allSettingFlags, loadSettings } from "./settingFlags.ts"

export const serve = Command.make(
  "serve",
  {
    ...allSettingFlags,
    announce: Flag.Boolean("announce").pipe(
      Flag.withDescription(
        "Announce it in local networks, where `natter chat --discover` finds it (off; NATTER_ANNOUNCE)",
      ),
      Flag.withDefault(false),
    ),
  },
  Effect.fnUntraced(function* ({ announce, ...flags }) {
    const given = announce ? { ...flags, settings: { ...flags.settings, announce: Option.some("on") } } : flags
    // From the first moment on: whoever hangs up has not asked for the end.
    const { next } = yield* hangUps
    const configuration = yield* loadSettings(given)
    const { service } = yield* Effect.promise(() => import("./serve/run.ts"))
    return yield* service(configuration, { hangUp: next, reread: loadSettings(given) })
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Run the chat service until it is told to stop. Everything that can be set, also without a flag, is listed by `natter config`.",
  ),
  Command.withShortDescription("Run the chat service"),
  Command.withExamples([
    { command: "natter serve", description: "Listen on 127.0.0.1:8080, keep everything in ./natter-data" },
    { command: "natter serve --host :: --port 7777 --data /var/lib/natter", description: "Listen for everybody" },
    { command: "natter serve --host :: --announce", description: "The same, found by `natter chat --discover`" },
    { command: "natter serve --accounts guest --rate-limits off", description: "For a demo or a benchmark" },
    { command: "NATTER_OUTBOX_BYTES=4MiB natter serve --config natter.yaml", description: "With other settings" },
  ]),
)

/** `natter logout`: forgets what `natter login` kept. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { place, placed } from "./connectionFlags.ts"

export const logout = Command.make(
  "logout",
  {
    ...place,
    all: Flag.Boolean("all").pipe(Flag.withDescription("Of every server"), Flag.withDefault(false)),
  },
  placed((given) =>
    Effect.flatMap(
      Effect.promise(() => import("./login/run.ts")),
      ({ logout, logoutAll }) => (given.all ? logoutAll : logout(given.address)),
    ),
  ),
).pipe(
  Command.withDescription(
    "Forget the token that `natter login` kept, and have the server revoke it. One that was made by `natter token create` stays good; `natter token revoke` ends it.",
  ),
  Command.withShortDescription("Forget a sign-in"),
  Command.withExamples([
    { command: "natter logout", description: "Of the server signed in to last" },
    { command: "natter logout --all", description: "Of every server" },
  ]),
)

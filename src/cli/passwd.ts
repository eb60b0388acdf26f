/** `natter passwd`: another password of one's own. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { apiFlags as api } from "./apiFlags.ts"

export const passwd = Command.make("passwd", { api }, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./passwd/run.ts")),
    ({ passwd }) => passwd(given),
  ),
).pipe(
  Command.withDescription(
    "Change your password. The old one is asked for (or is NATTER_PASSWORD), and the new one twice; without a terminal they are the first two lines of the standard input, the old one first where NATTER_PASSWORD is not set. Your sessions elsewhere end, and all tokens that you have made are revoked; where you are signed in here by `natter login` you stay so.",
  ),
  Command.withShortDescription("Change your password"),
  Command.withExamples([
    { command: "natter passwd", description: "Where you signed in last" },
    { command: "natter passwd --address https://chat.example.org --name ann", description: "Elsewhere, as ann" },
    {
      command: "pass natter/new | NATTER_PASSWORD=$(pass natter/old) natter passwd --name ann",
      description: "From a password store",
    },
  ]),
)

/** `natter sessions`: where one is signed in. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { apiFlags as api } from "./apiFlags.ts"

/** Loaded only when one of the commands runs, since it takes a while. */
const runs = Effect.promise(() => import("./sessions/run.ts"))

const list = Command.make("list", { api }, (given) => Effect.flatMap(runs, ({ list }) => list(given))).pipe(
  Command.withDescription("List where you are signed in, as `natter sessions` does"),
  Command.withShortDescription("List where you are signed in"),
  Command.withExamples([{ command: "natter sessions list --json", description: "For a program" }]),
)

const end = Command.make(
  "end",
  {
    id: Argument.String("id").pipe(
      Argument.withDescription("The session's id, as `natter sessions` shows it"),
      Argument.optional,
    ),
    others: Flag.Boolean("others").pipe(
      Flag.withDescription("All but the one by which this is asked"),
      Flag.withDefault(false),
    ),
    api,
  },
  (given) => Effect.flatMap(runs, ({ end }) => end(given)),
).pipe(
  Command.withDescription(
    "Sign out somewhere else: what is connected there ends at once, and nobody comes back there without the password",
  ),
  Command.withShortDescription("Sign out somewhere else"),
  Command.withExamples([
    { command: "natter sessions end 0193552e-7c9b-7b3a-9d4e-5f6a7b8c9d0e", description: "One of them" },
    { command: "natter sessions end --others", description: "Everywhere but here" },
  ]),
)

export const sessions = Command.make("sessions", { api }, (given) =>
  Effect.flatMap(runs, ({ list }) => list(given)),
).pipe(
  Command.withDescription(
    "List where you are signed in: how and from where, since when, when it was last used (exact to an hour), and by which of them this is asked. Tokens for programs are not among them: see `natter token list`.",
  ),
  Command.withShortDescription("List where you are signed in, and sign out there"),
  Command.withSubcommands([list, end]),
  Command.withExamples([
    { command: "natter sessions", description: "Of the service signed in to last" },
    { command: "natter sessions end --others", description: "Everywhere but here" },
  ]),
)

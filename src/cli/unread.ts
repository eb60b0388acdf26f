/** `natter unread` and `natter read`: what is new, and how far one has read. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { apiFlags as api, channel, seq, textFlag } from "./apiFlags.ts"

/** Loaded only when one of the commands runs, since it takes a while. */
const runs = Effect.promise(() => import("./unread/run.ts"))

export const unread = Command.make(
  "unread",
  { after: textFlag("after", "Go on behind the page before, as it says"), api },
  (given) => Effect.flatMap(runs, ({ unread }) => unread(given)),
).pipe(
  Command.withDescription(
    "List the channels that count for you, 100 at a time, with how many messages are new there: those that you have read in, and direct conversations",
  ),
  Command.withShortDescription("List what is new for you"),
  Command.withExamples([{ command: "natter unread", description: "In the channels that count for you" }]),
)

export const read = Command.make("read", { channel, seq, api }, (given) =>
  Effect.flatMap(runs, ({ read }) => read(given)),
).pipe(
  Command.withDescription(
    "Note how far you have read in a channel; it never goes back. From then on it counts for you.",
  ),
  Command.withShortDescription("Note how far you have read"),
  Command.withExamples([{ command: "natter read kitchen 12", description: "Up to number 12" }]),
)

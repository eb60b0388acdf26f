/** `natter upload`: files for a channel of a running service. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { apiFlags as api, channel, textFlag } from "./apiFlags.ts"

/** Loaded only when the command runs, since it takes a while. */
const running = Effect.promise(() => import("./files/upload.ts"))

export const upload = Command.make(
  "upload",
  {
    channel,
    files: Argument.String("file").pipe(
      Argument.withDescription("What to send; each is a message of its own"),
      Argument.atLeast(1),
    ),
    text: textFlag("text", "What to say with it; of several files, with the first"),
    type: textFlag("type", "What it is, as in image/png; by its name where that says so"),
    resume: Flag.Boolean("resume").pipe(
      Flag.withDescription("Go on with what an earlier `natter upload` of the same file did not finish"),
      Flag.withDefault(false),
    ),
    api,
  },
  (given) => Effect.flatMap(running, ({ run }) => run(given)),
).pipe(
  Command.withDescription(
    "Send files to a channel of a service that runs, here or elsewhere, over HTTP, without entering it. Where the connection is lost it goes on by itself, and with --resume another day. Ends with exit code 0 only when all were said.",
  ),
  Command.withShortDescription("Send files"),
  Command.withExamples([
    { command: 'natter upload kitchen soup.jpg --text "Today"', description: "A picture, with words" },
    { command: "natter upload backups monday.tar.gz --resume", description: "Go on where it was cut off" },
    { command: "natter upload kitchen *.pdf --json", description: "Several, for a program" },
  ]),
)

/** `natter download`: a file of a channel of a running service. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FileId } from "../domain/FileId.ts"
import { apiFlags as api, channel } from "./apiFlags.ts"
import { fromHome } from "./pathFlag.ts"

/** Loaded only when the command runs, since it takes a while. */
const running = Effect.promise(() => import("./files/download.ts"))

const onOff = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

export const download = Command.make(
  "download",
  {
    channel,
    file: Argument.String("file").pipe(
      Argument.withDescription("The id of the file, as `natter message list --json` shows it"),
      Argument.filterMap(Schema.decodeOption(FileId), () => "the id of a file, as the service gave it"),
      Argument.optional,
    ),
    last: onOff("last", "The one that was sent last, instead of an id"),
    output: Flag.String("output").pipe(
      Flag.withAlias("o"),
      Flag.withMetavar("FILE"),
      Flag.withDescription("Where to put it; without, by its own name into this folder"),
      fromHome,
      Flag.optional,
    ),
    force: onOff("force", "Replace a file that is there already"),
    resume: onOff("resume", "Go on with what an earlier `natter download` did not finish"),
    api,
  },
  (given) => Effect.flatMap(running, ({ run }) => run(given)),
).pipe(
  Command.withDescription(
    "Read a file of a channel of a service that runs, over HTTP. It comes into a file that ends in .part, and gets its name when its SHA-256 was checked: it is there as a whole, or not at all.",
  ),
  Command.withShortDescription("Read a file"),
  Command.withExamples([
    { command: "natter download kitchen --last", description: "The latest one" },
    { command: "natter download kitchen 01a22771-a3e5-7511-bf21-8282e03d24f4 -o soup.jpg", description: "By its id" },
    { command: "natter download backups --last --resume", description: "Go on where it was cut off" },
  ]),
)

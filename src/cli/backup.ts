/** `natter backup` and `natter restore`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { folderFlags } from "./accounts/folderFlags.ts"

/** Loaded only when one of the commands runs, since it takes a while. */
const running = Effect.promise(() => import("./backup/run.ts"))

export const backup = Command.make(
  "backup",
  {
    file: Argument.String("file").pipe(Argument.withDescription("The file to write; it must not be there")),
    ...folderFlags,
  },
  (given) => Effect.flatMap(running, ({ backup }) => backup(given)),
).pipe(
  Command.withDescription(
    "Write everything the data folder keeps, as it is at one moment, into one file, while a service runs or not. The file is read again to be sure of it.",
  ),
  Command.withShortDescription("Copy what is kept into a file"),
  Command.withExamples([
    { command: "natter backup monday.db --data /var/lib/natter", description: "Also while the service runs" },
  ]),
)

export const restore = Command.make(
  "restore",
  {
    file: Argument.String("file").pipe(Argument.withDescription("A file that `natter backup` has written")),
    incomplete: Flag.Boolean("incomplete").pipe(
      Flag.withDescription("Take a database that was copied by hand while it was in use, with what is in it"),
      Flag.withDefault(false),
    ),
    ...folderFlags,
  },
  (given) => Effect.flatMap(running, ({ restore }) => restore(given)),
).pipe(
  Command.withDescription(
    "Make a file of `natter backup` what the data folder keeps. No service may run on it; what was there before is kept beside it.",
  ),
  Command.withShortDescription("Put a backup back"),
  Command.withExamples([{ command: "natter restore monday.db --data /var/lib/natter", description: "Then start" }]),
)

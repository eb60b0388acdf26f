/** `natter tail`: prints the messages of a channel, and on a terminal sends what is typed. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { place, placed, flags } from "./connectionFlags.ts"

export const tail = Command.make(
  "tail",
  {
    ...place,
    ...flags,
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print each event as a line of JSON, the frame as it came; nothing can be typed"),
      Flag.withDefault(false),
    ),
    count: Flag.Int("count").pipe(
      Flag.withDescription("End after this many messages"),
      Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0))),
      Flag.optional,
    ),
    since: Flag.String("since").pipe(
      Flag.withDescription("First what was said within this time: 90s, 10m, 2h, 3d"),
      Flag.optional,
    ),
    after: Flag.Int("after").pipe(
      Flag.withDescription("First what was said behind this place (`seq`); 0 for everything that history has"),
      Flag.withSchema(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
      Flag.optional,
    ),
    last: Flag.Int("last").pipe(
      Flag.withDescription("First so many messages that were said before"),
      Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0))),
      Flag.optional,
    ),
    reconnect: Flag.Boolean("reconnect").pipe(
      Flag.withDescription(
        "Wait for a server that is not there yet, and come back when it goes away (--no-reconnect: end instead)",
      ),
      Flag.withDefault(true),
    ),
  },
  // Loaded only when the command runs, since it takes a while.
  placed((given) =>
    Effect.flatMap(
      Effect.promise(() => import("./talk/tail.ts")),
      ({ run }) => run(given),
    ),
  ),
).pipe(
  Command.withDescription(
    "Show what is said in a channel, a line each; of --since, --after and --last one shows first what was said before. On a terminal that is the last ten messages by itself, and what you type is sent; /quit or Ctrl-C leaves.",
  ),
  Command.withShortDescription("Show what is said in a channel, and talk"),
  Command.withExamples([
    { command: "natter tail --name ann", description: "Talk in the lobby of this machine's server" },
    { command: "natter tail chat.example.org:8080 --channel ops --name ann", description: "Talk elsewhere" },
    { command: "natter tail wss://chat.example.org --name ann", description: "Over a WebSocket" },
    { command: "natter tail --name ann --since 10m", description: "First what was said in the last ten minutes" },
    {
      command: "NATTER_PASSWORD=… natter tail --name logger --json | jq -r 'select(.type == \"Message\").content'",
      description: "Feed a program",
    },
  ]),
)

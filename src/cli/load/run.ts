/** `natter load run`: plays a scenario. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { duration, files, size, wholeNumber } from "./flags.ts"
import { scenario, where } from "./scenarioFlags.ts"

export const run = Command.make(
  "run",
  {
    scenario,
    ...where,
    simulate: Flag.Boolean("simulate").pipe(
      Flag.withDescription("Play it on virtual time, service and members in one process: the same seed gives the same"),
      Flag.withDefault(false),
    ),
    endOnBreach: Flag.Boolean("end-on-breach").pipe(
      Flag.withDescription("End the measured part as soon as a promise is seen not to hold"),
      Flag.withDefault(false),
    ),
    processes: wholeNumber(
      "processes",
      "So many processes that play the members, where one cannot keep up; one more leads them (1: it plays itself)",
      1,
      64,
    ).pipe(Flag.withDefault(1)),
    nodes: wholeNumber(
      "nodes",
      "So many nodes that are one service together, over a database that is made on the Postgres server of NATTER_POSTGRES_URL and removed in the end; what restarts does so node by node. Default: a service without others, on SQLite",
      1,
      16,
    ).pipe(Flag.optional),
    scale: Flag.Finite("scale").pipe(
      Flag.withDescription("As many times the members (1)"),
      Flag.withSchema(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(10_000))),
      Flag.withDefault(1),
    ),
    for: duration("for", "How long it is measured; what goes wrong does so at the same part of it").pipe(Flag.optional),
    fileSize: size("file-size", "The size of the files that are sent, such as 1GiB; they take as long as before").pipe(
      Flag.optional,
    ),
    ...files,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./runScenario.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Play a scenario: a crowd, what it does, what goes wrong and what must hold. Latency counts from the moment something was due. Members are guests of a service that is started for it, or sign in elsewhere as member-0 and so on, with NATTER_PASSWORD. Ctrl-C ends the measured part early. Exit code 1 when something does not hold, 2 when it cannot be played at all.",
  ),
  Command.withShortDescription("Play a scenario"),
  Command.withExamples([
    { command: "natter load run", description: "Which scenarios there are" },
    { command: "natter load run fan-out --html report.html", description: "Play one, with graphs" },
    {
      command: "natter load run ./black-friday.ts --address chat.example.org:8080",
      description: "One's own, elsewhere",
    },
    { command: "natter load run huge-channel --processes 4", description: "More members than one process can play" },
    { command: "natter load run reconnect-storm --scale 0.1 --for 10s", description: "A small one" },
    {
      command: "NATTER_POSTGRES_URL=postgres://… natter load run rolling-restart --nodes 3",
      description: "Three nodes that are one service",
    },
    { command: "natter load run file-resume --file-size 1GiB", description: "A large file over a bad connection" },
  ]),
)

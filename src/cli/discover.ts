/** `natter discover`: which servers are announced in this network. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { parseDuration } from "../server/ServerConfig.ts"

const between = { minimum: Duration.millis(100), maximum: Duration.minutes(1) }

export const discover = Command.make(
  "discover",
  {
    within: Flag.String("within").pipe(
      Flag.withMetavar("TIME"),
      Flag.withDescription("How long to look (2s)"),
      Flag.filterMap(
        (text) => Option.filter(Option.fromUndefinedOr(parseDuration(text)), Duration.between(between)),
        () => "a time from 100ms to 1m",
      ),
      Flag.withDefault(Duration.seconds(2)),
    ),
    only: Flag.String("interface").pipe(
      Flag.withMetavar("ADDRESS"),
      Flag.withDescription("Look in one network only: the address that this machine has in it"),
      Flag.optional,
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Each server as a JSON object on a line of its own"),
      Flag.withDefault(false),
    ),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./discover/run.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "List the servers that are announced in the networks of this machine (`natter serve --announce`), by multicast DNS. What they say of themselves is not checked: whoever is in the network can announce anything.",
  ),
  Command.withShortDescription("List the servers in this network"),
  Command.withExamples([
    { command: "natter discover", description: "What is there" },
    { command: "natter discover --json | jq -r .address", description: "For a program" },
    { command: "natter discover --interface 127.0.0.1", description: "On this machine only" },
  ]),
)

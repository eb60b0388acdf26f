/** `natter top`: what a service does, as it does it. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { forms } from "../client/Address.ts"
import { parseDuration } from "../server/ServerConfig.ts"
import { settingFlags } from "./settingFlags.ts"
import { tlsFlags } from "./tls.ts"

const between = { minimum: Duration.millis(100), maximum: Duration.hours(1) }

export const top = Command.make(
  "top",
  {
    address: Flag.String("address").pipe(
      Flag.withDescription(`Where the service is: ${forms} (the one that runs here with these settings)`),
      Flag.optional,
    ),
    token: Flag.Redacted("token").pipe(
      Flag.withDescription(
        "A token of an administrator, where the metrics are not for this machine (better NATTER_TOKEN)",
      ),
      Flag.optional,
    ),
    every: Flag.String("every").pipe(
      Flag.withMetavar("TIME"),
      Flag.withDescription("How often to look (1s)"),
      Flag.filterMap(
        (text) => Option.filter(Option.fromUndefinedOr(parseDuration(text)), Duration.between(between)),
        () => "a time from 100ms to 1h",
      ),
      Flag.withDefault(Duration.seconds(1)),
    ),
    once: Flag.Boolean("once").pipe(
      Flag.withDescription("Look twice, print it and end, as it does where there is no terminal"),
      Flag.withDefault(false),
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("The same as one JSON object; times are in seconds"),
      Flag.withDefault(false),
    ),
    ...tlsFlags,
    ...settingFlags(["host", "port", "listen"]),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./top/run.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Show what a running service does, drawn anew every second: connections, messages, delays, what waits, memory. q quits.",
  ),
  Command.withShortDescription("Watch a running service"),
  Command.withExamples([
    { command: "natter top", description: "The service on this machine" },
    { command: "NATTER_TOKEN=… natter top --address https://chat.example.org", description: "One elsewhere" },
    { command: "natter top --json | jq .messages", description: "For a program" },
  ]),
)

/** `natter drain`: has a running service end, so that nobody loses anything. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { forms } from "../client/Address.ts"
import { tlsFlags } from "./tls.ts"
import { parseDuration } from "../server/ServerConfig.ts"
import { allSettingFlags } from "./settingFlags.ts"

export const drain = Command.make(
  "drain",
  {
    address: Flag.String("address").pipe(
      Flag.withDescription(`A service elsewhere, which is told over HTTP: ${forms}`),
      Flag.optional,
    ),
    token: Flag.Redacted("token").pipe(
      Flag.withDescription("With --address: a token of an administrator there (better NATTER_TOKEN)"),
      Flag.optional,
    ),
    node: Flag.String("node").pipe(
      Flag.withMetavar("HOST:PORT"),
      Flag.withDescription(
        "With --address of any node: which one is to end, by its cluster.address as `natter cluster` shows it",
      ),
      Flag.optional,
    ),
    ...tlsFlags,
    within: Flag.String("within").pipe(
      Flag.withMetavar("TIME"),
      Flag.withDescription("How long to wait for its end, such as 30s (shutdown.hard-stop and five seconds)"),
      Flag.filterMap(
        (text) => Option.fromUndefinedOr(parseDuration(text)),
        () => "a time such as 30s or 2m",
      ),
      Flag.optional,
    ),
    ...allSettingFlags,
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./drain/run.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Tell the service that runs on the data folder to end: sessions are told to come back later and get what was queued for them, what was accepted is stored. Waits until it has ended. With --node it is one node of several, and any of them is asked. It does what SIGTERM does, to exactly that process, or over HTTP with --address. A service manager that starts it again does so.",
  ),
  Command.withShortDescription("Have a running service end in order"),
  Command.withExamples([
    { command: "natter drain --data /var/lib/natter", description: "Before an upgrade" },
    { command: "NATTER_TOKEN=… natter drain --address https://chat.example.org", description: "One elsewhere" },
    {
      command: "natter drain --address https://chat.example.org --node 10.0.0.6:7001",
      description: "One node of several, asked at any",
    },
    { command: "natter drain --within 2m && natter restore monday.db", description: "In a script" },
  ]),
)

/** `natter load ws`: puts a WebSocket echo server under load. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { smallest } from "../../load/EchoMessage.ts"
import { wholeNumber } from "./flags.ts"
import { shared, url } from "./serverFlags.ts"

const mebibyte = 1024 * 1024

export const ws = Command.make(
  "ws",
  {
    url: url(["ws", "wss"]),
    ...shared,
    count: wholeNumber("messages", "End after so many messages", 1, 1_000_000_000).pipe(
      Flag.withAlias("n"),
      Flag.optional,
    ),
    size: wholeNumber("size", "Bytes of a message (100)", smallest, 16 * mebibyte).pipe(
      Flag.withAlias("s"),
      Flag.withDefault(100),
    ),
    inFlight: wholeNumber(
      "in-flight",
      "Messages of a connection that may be on their way at once (1; 1000 with --rate): what is kept in memory",
      1,
      100_000,
    ).pipe(Flag.optional),
    binary: Flag.Boolean("binary").pipe(
      Flag.withDescription("Send binary messages instead of text"),
      Flag.withDefault(false),
    ),
    protocol: Flag.String("protocol").pipe(
      Flag.withDescription("A subprotocol to ask for; may be given several times"),
      Flag.atLeast(0),
    ),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./runWebSocket.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Put a WebSocket echo server under load: messages go out, and each has to come back as it was. Latency counts from the moment a message was due. A connection that is lost is opened again after a second. Ctrl-C ends it early, with what was measured till then.",
  ),
  Command.withShortDescription("Put a WebSocket echo server under load"),
  Command.withExamples([
    { command: "natter load ws ws://127.0.0.1:3000/echo", description: "As fast as ten connections are answered" },
    {
      command: "natter load ws wss://echo.example.org/ -c 500 --rate 2000 --size 1000 --html report.html",
      description: "2000 messages a second over 500 connections, with graphs",
    },
    {
      command: "natter load ws ws://127.0.0.1:3000/ --in-flight 50 --for 1m",
      description: "Many on their way at once",
    },
    {
      command: "natter load ws ws://127.0.0.1:3000/ --rate 500 --p99 50ms --errors 0.1% --throughput 480/s",
      description: "As a check: exit code 1 when it is slower, loses more, or answers less",
    },
  ]),
)

/** `natter load http`: puts an HTTP server under load. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { wholeNumber } from "./flags.ts"
import { shared, url } from "./serverFlags.ts"

export const http = Command.make(
  "http",
  {
    url: url(["http", "https"]),
    ...shared,
    count: wholeNumber("requests", "End after so many requests", 1, 1_000_000_000).pipe(
      Flag.withAlias("n"),
      Flag.optional,
    ),
    method: Flag.String("method").pipe(
      Flag.withAlias("X"),
      Flag.withDescription("GET, or POST where there is a body, unless said otherwise"),
      Flag.filterMap(
        (text) => (/^[A-Za-z-]{1,32}$/.test(text) ? Option.some(text.toUpperCase()) : Option.none()),
        () => "a method such as GET or POST",
      ),
      Flag.optional,
    ),
    body: Flag.String("body").pipe(Flag.withAlias("d"), Flag.withDescription("The body of the request"), Flag.optional),
    keepAlive: Flag.Boolean("keep-alive").pipe(
      Flag.withDescription("Use a connection again (--no-keep-alive: a new one for every request)"),
      Flag.withDefault(true),
    ),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./runHttp.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Put an HTTP/1.1 server under load: the same request again and again. Latency counts from the moment a request was due, so a server that stands still cannot hide it. A redirect is an answer like any other; a status from 400 on is an error. Ctrl-C ends it early, with what was measured till then.",
  ),
  Command.withShortDescription("Put an HTTP server under load"),
  Command.withExamples([
    { command: "natter load http http://127.0.0.1:3000/", description: "As fast as ten connections are answered" },
    {
      command: "natter load http https://example.org/ --rate 200 --for 1m --html report.html",
      description: "200 a second for a minute, with graphs",
    },
    {
      command: `natter load http http://localhost:3000/orders -X POST -H 'Content-Type: application/json' -d '{"n":1}'`,
      description: "Send something",
    },
    {
      command: "natter load http http://localhost:3000/ --rate 500 --p99 50ms --fail-on-error",
      description: "As a check: exit code 1 when it is slower, or fails",
    },
    {
      command: "natter load http http://localhost:3000/ --rate 500 --errors 1% --throughput 480/s",
      description: "One of a hundred may fail, and so many have to be answered",
    },
  ]),
)

/** `natter proxy`: injects faults between clients and a service. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fromHome } from "./pathFlag.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description))

export const proxy = Command.make(
  "proxy",
  {
    target: Argument.String("target").pipe(
      Argument.withDescription("Where the service listens: HOST:PORT (none with --http)"),
      Argument.optional,
    ),
    listen: text("listen", "HOST:PORT", "Where it listens; port 0 is any that is free").pipe(
      Flag.withDefault("127.0.0.1:9090"),
    ),
    control: text("control", "HOST:PORT", "Where it is told over HTTP what goes wrong; `off` for nowhere").pipe(
      Flag.withDefault("127.0.0.1:9091"),
    ),
    http: Flag.Boolean("http").pipe(
      Flag.withDescription("Be an HTTP forward proxy, with CONNECT; to loopback addresses and what --allow names"),
      Flag.withDefault(false),
    ),
    allow: text("allow", "HOST:PORT", "With --http: what may be reached besides; HOST:* for any port").pipe(
      Flag.between(0, 256),
    ),
    delay: text("delay", "TIME", "Everything comes later by this, on each way").pipe(Flag.optional),
    jitter: text("jitter", "TIME", "And by a random time of at most this").pipe(Flag.optional),
    rate: text("rate", "BYTES", "At most so many bytes a second on each way of a link: 800, 50k, 2M").pipe(
      Flag.optional,
    ),
    corrupt: text("corrupt", "SHARE", "Change each byte with this probability: 0.0001").pipe(Flag.optional),
    script: text("script", "FILE", "JSON: a list of { at, for, fault } to let happen").pipe(fromHome, Flag.optional),
    sendProxy: Flag.Literals("send-proxy", ["v1", "v2"]).pipe(
      Flag.withDescription("Tell the service who the client is, by the PROXY protocol (its setting proxies.trusted)"),
      Flag.optional,
    ),
    seed: text("seed", "TEXT", "The same seed, the same chances").pipe(Flag.withDefault("0")),
    maxLinks: Flag.Int("max-links").pipe(
      Flag.withDescription("Links at once; more are refused"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))),
      Flag.withDefault(1024),
    ),
    idle: text("idle", "TIME", "Cut a link on which nothing moved for so long").pipe(Flag.withDefault("1h")),
  },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import("./proxy/run.ts")),
      ({ run }) => run(given),
    ),
).pipe(
  Command.withDescription(
    "Listen, pass on to a service, and let things go wrong on the way: delay, jitter, a narrow line, cuts, half-open links, stalls, changed bytes. What goes wrong is said by flags, by a script, or while it runs over HTTP.",
  ),
  Command.withShortDescription("Let things go wrong between clients and a service"),
  Command.withExamples([
    { command: "natter proxy localhost:8080 --delay 100ms --jitter 20ms --rate 50k", description: "A slow line" },
    {
      command: "natter proxy localhost:8080 --script faults.json --seed 7",
      description: "What a file says, repeatably",
    },
    { command: "natter proxy --http --allow example.org:443", description: "A forward proxy, for curl -x" },
    {
      command: `curl -X PUT localhost:9091/faults/slow -d '{"fault":{"_tag":"Delay","by":"1s"},"for":"10s"}'`,
      description: "Change it while it runs; DELETE removes it",
    },
    { command: "curl -X POST localhost:9091/cut", description: "Cut every link" },
  ]),
)

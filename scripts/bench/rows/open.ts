// How long a message takes that is due at a fixed moment, whatever became of those before it.
import * as Effect from "effect/Effect"
import * as LoadProcess from "../LoadProcess.ts"
import { contentBytes } from "../Message.ts"
import type { OpenEvent, OpenPlan } from "../OpenLoad.ts"
import { percentile } from "../../../src/scenario/Histogram.ts"
import type { Bound, Contestant, Row, Settings } from "../Row.ts"
import { host, start } from "../ServerProcess.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareVersion2, natter, natterOnDisk } from "../Servers.ts"
import { ms } from "../Table.ts"

const [members, senders] = [100, 10]

const load = (rate: number, { quick, rampSeconds, seconds }: Settings): Omit<OpenPlan, "host" | "port"> => {
  const everybody = quick ? 5 : members
  return {
    members: everybody,
    stalled: 0,
    senders: quick ? 2 : senders,
    rate,
    contentBytes,
    rampSeconds,
    seconds,
    groups: [everybody],
  }
}

const measure = Effect.fnUntraced(function* (server: ServerCommand, rate: number, settings: Settings) {
  const started = yield* start(server, { core: settings.pinned?.server, profile: settings.profile })
  const plan: OpenPlan = { ...load(rate, settings), host, port: started.port }
  const { figures } = yield* LoadProcess.run<OpenEvent>("scripts/bench/open/main.ts", plan, started, {
    core: settings.pinned?.load,
    onEvent: (event) => {
      if (event.type === "Progress") settings.onProgress(event.phase)
    },
  })
  const delivery = figures.slices.map(({ delivery }) => delivery[0]!)
  return {
    p50: percentile(delivery, 0.5),
    p99: percentile(delivery, 0.99),
    p999: percentile(delivery, 0.999),
    latest: figures.latest,
  }
}, Effect.scoped)

const contestant = (name: string, server: ServerCommand, rate: number): Contestant => ({
  name,
  measure: (settings) => measure(server, rate, settings),
})

const row = (id: string, rate: number, what: string, contestants: ReadonlyArray<Contestant>, bound: Bound): Row => ({
  id,
  title: `open loop, ${rate} messages a second to ${members} members${what}`,
  about:
    `Version 2; ${senders} senders, ${contentBytes} bytes. Latency counts from the moment a message was due until a member ` +
    "has it. Load late: the most that the load itself was behind its moments.",
  contestants,
  columns: [
    { figure: "p50", title: "p50", show: ms },
    { figure: "p99", title: "p99", show: ms },
    { figure: "p999", title: "p99.9", show: ms },
    { figure: "latest", title: "load late", show: ms },
  ],
  bounds: [bound],
})

export const openLoop = row(
  "open",
  500,
  "",
  [contestant("natter", natter, 500), contestant("bare Node", bareVersion2(), 500)],
  { figure: "p99", by: "bare Node", atMost: 1.3 },
)

export const durableOpenLoop = row(
  "sqlite-open",
  200,
  ", durable",
  [contestant("natter, SQLite", natterOnDisk, 200), contestant("natter, memory", natter, 200)],
  { figure: "p99", by: "natter, memory", atMost: 1.5 },
)

// How long a message takes that is due at a fixed moment, whatever became of those before it.
import * as Effect from "effect/Effect"
import * as LoadProcess from "../LoadProcess.ts"
import { contentBytes } from "../Message.ts"
import type { OpenEvent, OpenPlan } from "../OpenLoad.ts"
import { percentile } from "../open/Histogram.ts"
import type { Contestant, Row, Settings } from "../Row.ts"
import { host, start } from "../ServerProcess.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareVersion2, natter } from "../Servers.ts"
import { ms } from "../Table.ts"

const [members, senders, rate] = [100, 10, 500]

const load = ({ quick, rampSeconds, seconds }: Settings): Omit<OpenPlan, "host" | "port"> => {
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

const measure = Effect.fnUntraced(function* (server: ServerCommand, settings: Settings) {
  const started = yield* start(server, { core: settings.pinned?.server, profile: settings.profile })
  const plan: OpenPlan = { ...load(settings), host, port: started.port }
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

const contestant = (server: ServerCommand): Contestant => ({
  name: server.name,
  measure: (settings) => measure(server, settings),
})

export const openLoop: Row = {
  id: "open",
  title: "open loop, 500 messages a second to 100 members",
  about:
    `Version 2; ${senders} senders, ${contentBytes} bytes. Latency counts from the moment a message was due until a member ` +
    "has it. Load late: the most that the load itself was behind its moments.",
  contestants: [contestant(natter), contestant(bareVersion2())],
  columns: [
    { figure: "p50", title: "p50", show: ms },
    { figure: "p99", title: "p99", show: ms },
    { figure: "p999", title: "p99.9", show: ms },
    { figure: "latest", title: "load late", show: ms },
  ],
  bounds: [{ figure: "p99", by: "bare Node", atMost: 1.3 }],
}

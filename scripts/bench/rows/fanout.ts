// What a delivery costs: one message at one member, checked, in a closed loop of ten senders.
import * as Effect from "effect/Effect"
import * as FanoutRound from "../FanoutRound.ts"
import type { Bound, Column, Contestant, Row } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { natter, natterOnDisk, natterWebSocket, reference, socketIo, unbatched, ws } from "../Servers.ts"
import { large, percent } from "../Table.ts"

interface Load {
  readonly members: number
  readonly inFlight: number
}

const senders = 10

const contestant = (name: string, server: ServerCommand, { inFlight, members }: Load): Contestant => ({
  name,
  measure: ({ onProgress, pinned, profile, quick, rampSeconds, seconds }) =>
    FanoutRound.run(
      server,
      quick
        ? { members: 5, senders: 2, inFlight, rampSeconds, seconds }
        : { members, senders, inFlight, rampSeconds, seconds },
      {
        pinned,
        profile,
        onEvent: (event) => {
          if (event.type === "Progress") onProgress(`${event.phase} ${large(event.deliveriesPerSecond)}/s`)
        },
      },
    ).pipe(Effect.map((figures) => ({ ...figures }))),
})

const columns: ReadonlyArray<Column> = [
  { figure: "deliveriesPerCpuSecond", title: "deliveries per server CPU-s", show: large },
  { figure: "deliveriesPerSecond", title: "per second", show: large },
  { figure: "serverUtilisation", title: "server CPU", show: percent },
  { figure: "loadUtilisation", title: "load CPU", show: percent },
  { figure: "deliveriesPerRead", title: "per read", show: (value) => value.toFixed(1) },
]

const row = (
  id: string,
  load: Load,
  contestants: ReadonlyArray<Contestant>,
  bounds: ReadonlyArray<Bound>,
  what: string,
): Row => ({
  id,
  title: `fan-out, ${load.members} members, ${load.inFlight} in flight${what}`,
  about:
    `Closed loop: ${senders} senders keep ${load.inFlight} messages of 100 bytes each under way to ${load.members} members, ` +
    "themselves among them. Checked: every member got every message once, and all in the same order.",
  contestants,
  columns,
  bounds,
})

const besidePeers = (load: Load, atLeast: number): Row =>
  row(
    `fanout-${load.members}-${load.inFlight}`,
    load,
    [
      contestant("natter", natter, load),
      contestant("bare Node", reference, load),
      contestant("bare Node, a write a message", unbatched, load),
      contestant("ws", ws, load),
      contestant("socket.io", socketIo, load),
    ],
    [{ figure: "deliveriesPerCpuSecond", by: "bare Node", atLeast }],
    "",
  )

/** What a server that writes each message to each member reaches depends on how many could have been one write. */
const overWebSocket = (load: Load): Row =>
  row(
    `websocket-${load.members}-${load.inFlight}`,
    load,
    [
      contestant("natter, WebSocket", natterWebSocket, load),
      contestant("natter, TCP", natter, load),
      contestant("ws", ws, load),
      contestant("socket.io", socketIo, load),
    ],
    [
      { figure: "deliveriesPerCpuSecond", by: "natter, TCP", atLeast: 0.9 },
      { figure: "deliveriesPerCpuSecond", by: "ws", atLeast: load.inFlight === 3 ? 10 : 50 },
    ],
    ", WebSocket",
  )

const durable = (load: Load): Row =>
  row(
    `sqlite-${load.members}-${load.inFlight}`,
    load,
    [contestant("natter, SQLite", natterOnDisk, load), contestant("natter, memory", natter, load)],
    [{ figure: "deliveriesPerCpuSecond", by: "natter, memory", atLeast: 0.6 }],
    ", durable",
  )

const [ten, hundred, thousand] = [10, 100, 1000]

const loads = [hundred, thousand].map((members) => ({
  members,
  few: { members, inFlight: 3 },
  many: { members, inFlight: 50 },
}))

export const rows: ReadonlyArray<Row> = [
  besidePeers({ members: ten, inFlight: 3 }, 0.8),
  ...loads.map(({ few }) => besidePeers(few, 0.7)),
  ...loads.map(({ many, members }) => besidePeers(many, members === hundred ? 0.85 : 0.5)),
  ...loads.flatMap(({ few, many }) => [overWebSocket(few), overWebSocket(many)]),
  ...loads.flatMap(({ few, many }) => [durable(few), durable(many)]),
]

// What threads for connections cost: the same messages to the same members, in one thread and over two.
import * as Effect from "effect/Effect"
import * as FanoutRound from "../FanoutRound.ts"
import type { Bound, Contestant, Row } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { natterInThreads, natterOnDisk } from "../Servers.ts"
import { percent } from "../Table.ts"

const contestant = (name: string, server: ServerCommand, members: number): Contestant => ({
  name,
  measure: ({ onProgress, pinned, profile, quick, rampSeconds, seconds }) =>
    FanoutRound.run(
      server,
      { members: quick ? 5 : members, senders: 1, inFlight: 1, rampSeconds, seconds },
      {
        pinned,
        profile,
        onEvent: (event) => {
          if (event.type === "Progress") onProgress(event.phase)
        },
      },
    ).pipe(
      Effect.map((figures) => ({
        microsPerDelivery: 1e6 / figures.deliveriesPerCpuSecond,
        microsPerMessage: (members * 1e6) / figures.deliveriesPerCpuSecond,
        utilisation: figures.serverUtilisation,
      })),
    ),
})

/** One message at a time: however busy the machine is, each is a write to each member, so that the same is compared. */
const row = (members: number, bounds: ReadonlyArray<Bound>): Row => ({
  id: `gateways-${members}`,
  title: `threads, ${members} members, one message at a time`,
  about:
    "Closed loop: one sender, one message of 100 bytes under way, SQLite. The server has one core in both cases, so that what " +
    "is compared is what threads cost, and not what they gain.",
  contestants: [
    contestant("natter, two gateways", natterInThreads, members),
    contestant("natter, one thread", natterOnDisk, members),
  ],
  columns: [
    { figure: "microsPerDelivery", title: "CPU a delivery, \u00b5s", show: (value) => value.toFixed(2) },
    { figure: "microsPerMessage", title: "CPU a message, \u00b5s", show: (value) => value.toFixed(0) },
    { figure: "utilisation", title: "server CPU", show: percent },
  ],
  bounds,
})

export const rows: ReadonlyArray<Row> = [
  // What a message costs beside its deliveries is seen here, where these are few.
  row(100, []),
  row(1000, [{ figure: "microsPerDelivery", by: "natter, one thread", atMost: 1.15 }]),
]

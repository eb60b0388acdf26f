// What a message costs in version 2, where every one is acknowledged: one channel, many channels, and on disk.
import type { Bound, Column, Contestant, Row, Settings } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareOnDisk, bareVersion2, natter, natterOnDisk } from "../Servers.ts"
import type { TalkPlan, Work } from "../sessions/Plan.ts"
import { large, ms } from "../Table.ts"
import { contestant, perCpuSecond, perSecond, utilisations } from "./sessionRow.ts"

type Talk = Pick<TalkPlan, "channels" | "membersPerChannel" | "sendersPerChannel" | "inFlight">

const work =
  (talk: Talk) =>
  ({ quick, rampSeconds, seconds }: Settings): Work => ({
    work: "talk",
    ...talk,
    ...(quick
      ? {
          channels: Math.min(3, talk.channels),
          membersPerChannel: 4,
          sendersPerChannel: Math.min(2, talk.sendersPerChannel),
        }
      : undefined),
    rampSeconds,
    seconds,
  })

const checked =
  "Checked: every member got every message once and in the order of its channel; every message was answered once, with " +
  "the place that it has there."

const beside = (talk: Talk, ours: ServerCommand, bare: ServerCommand): ReadonlyArray<Contestant> =>
  [ours, bare].map((server) => contestant(server.name, server, work(talk)))

const deliveries: ReadonlyArray<Column> = [
  { ...perCpuSecond, title: "deliveries per server CPU-s" },
  perSecond,
  { figure: "p50", title: "p50", show: ms },
  { figure: "p99", title: "p99", show: ms },
  ...utilisations,
]

const rate = (by: string): Bound => ({ figure: "perCpuSecond", by, atLeast: 0.75 })

const one: Talk = { channels: 1, membersPerChannel: 10, sendersPerChannel: 10, inFlight: 3 }

const acknowledged: Row = {
  id: "fanout-v2-10-3",
  title: "fan-out with acknowledgements, 10 members, 3 in flight",
  about:
    "Closed loop, version 2: ten members of one channel each keep 3 messages of 100 bytes under way, until they came back " +
    `and were acknowledged. Latency is that of a delivery. ${checked} Bare Node joins what a member gets in a turn of the ` +
    "event loop, answers too, into one write.",
  contestants: beside(one, natter, bareVersion2()),
  columns: deliveries,
  bounds: [rate("bare Node"), { figure: "p99", by: "bare Node", atMost: 2 }],
}

const many: Talk = { channels: 200, membersPerChannel: 10, sendersPerChannel: 1, inFlight: 1 }

const rooms: Row = {
  id: "rooms",
  title: "200 channels of 10 members, one speaks in each",
  about:
    "Closed loop, version 2: 200 members each keep one message of 100 bytes under way to the ten in their channel. " +
    `${checked} Bare Node has rooms, and joins what a member gets in a turn of the event loop into one write.`,
  contestants: beside(many, natter, bareVersion2()),
  columns: deliveries,
  bounds: [rate("bare Node")],
}

const durable = (membersPerChannel: number): Row => {
  const talk: Talk = { channels: 1, membersPerChannel, sendersPerChannel: 10, inFlight: 3 }
  return {
    id: `durable-${membersPerChannel}-3`,
    title: `on disk beside bare Node, ${membersPerChannel} members, 3 in flight`,
    about:
      `Closed loop, version 2: ten of ${membersPerChannel} members each keep 3 messages of 100 bytes under way. ${checked} ` +
      "Bare Node stores the same rows, ids and search words with `node:sqlite` in a thread: what comes while a " +
      "transaction runs is the next one, and nobody is told or answered before.",
    contestants: beside(talk, natterOnDisk, bareOnDisk),
    columns: [
      { figure: "messagesPerCpuSecond", title: "messages per server CPU-s", show: large },
      { figure: "messagesPerSecond", title: "per second", show: large },
      { figure: "p50", title: "p50", show: ms },
      { figure: "p99", title: "p99", show: ms },
      ...utilisations,
    ],
    bounds: [{ figure: "messagesPerCpuSecond", by: bareOnDisk.name, atLeast: 0.6 }],
  }
}

export const rows: ReadonlyArray<Row> = [acknowledged, rooms, durable(10), durable(100)]

// What a delivery, and a connection, cost over the protocols of others: beside Natter's own, and a broker of others.
import * as Effect from "effect/Effect"
import * as DoorRound from "../DoorRound.ts"
import type { Door } from "../doors/Plan.ts"
import type * as FanoutRound from "../FanoutRound.ts"
import type { Column, Contestant, Row, Settings } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { aedes, natter } from "../Servers.ts"
import { kilobytes, large, percent } from "../Table.ts"

const own: Door = { protocol: "natter" }
const irc: Door = { protocol: "irc" }
const grpc: Door = { protocol: "grpc" }
const mqtt = (qos: 0 | 1): Door => ({ protocol: "mqtt", version: 4, qos })

const optionsOf = ({ onProgress, pinned, profile }: Settings): FanoutRound.Options => ({
  pinned,
  profile,
  onEvent: (event) => {
    if (event.type === "Progress") onProgress(`${event.phase} ${large(event.deliveriesPerSecond)}/s`)
  },
})

interface Load {
  readonly senders: number
  readonly inFlight: number
}

const talker = (name: string, server: ServerCommand, door: Door, { inFlight, senders }: Load): Contestant => ({
  name,
  measure: (settings) => {
    const { quick, rampSeconds, seconds } = settings
    const load = { members: quick ? 5 : 100, senders: quick ? 1 : senders, inFlight, rampSeconds, seconds }
    return DoorRound.talk(server, door, load, optionsOf(settings)).pipe(
      Effect.map((figures) => ({ ...figures, microsPerDelivery: 1e6 / figures.deliveriesPerCpuSecond })),
    )
  },
})

const columns: ReadonlyArray<Column> = [
  { figure: "deliveriesPerCpuSecond", title: "deliveries per server CPU-s", show: large },
  { figure: "microsPerDelivery", title: "CPU a delivery, \u00b5s", show: (value) => value.toFixed(2) },
  { figure: "p99Millis", title: "p99, ms", show: (value) => value.toFixed(1) },
  { figure: "deliveriesPerSecond", title: "per second", show: large },
  { figure: "serverUtilisation", title: "server CPU", show: percent },
  { figure: "loadUtilisation", title: "load CPU", show: percent },
  { figure: "deliveriesPerRead", title: "per read", show: (value) => value.toFixed(1) },
]

const checked = "Checked: every member got every message once, and all in the same order."

const doors = [
  ["natter, IRC", irc],
  ["natter, MQTT, QoS 0", mqtt(0)],
  ["natter, gRPC", grpc],
  ["natter, version 2", own],
] as const

const talkRow = (id: string, title: string, about: string, load: Load): Row => ({
  id,
  title,
  about: `${about} IRC with echo-message, message-tags and server-time. ${checked}`,
  contestants: doors.map(([name, door]) => talker(name, natter, door, load)),
  columns,
  bounds: [],
})

const many: Load = { senders: 10, inFlight: 3 }

const mqttFanout: Row = {
  id: "mqtt-fanout",
  title: "fan-out over MQTT, 100 members, 3 in flight",
  about:
    "Closed loop: 10 senders keep 3 messages of 100 bytes each under way to 100 subscribers of a topic, themselves among them. " +
    `${checked} \`aedes\` is a broker for Node; mosquitto is not at hand here.`,
  contestants: [
    talker("natter, QoS 0", natter, mqtt(0), many),
    talker("natter, QoS 1", natter, mqtt(1), many),
    talker("aedes, QoS 0", aedes, mqtt(0), many),
    talker("aedes, QoS 1", aedes, mqtt(1), many),
  ],
  columns,
  bounds: [{ figure: "deliveriesPerCpuSecond", by: "aedes, QoS 0", atLeast: 5 }],
}

const idler = (name: string, door: Door): Contestant => ({
  name,
  measure: (settings) => {
    const { quick, rampSeconds, seconds } = settings
    const load = { members: quick ? 20 : 2000, senders: 0, inFlight: 0, rampSeconds, seconds }
    return DoorRound.idle(natter, door, load, optionsOf(settings))
  },
})

const idle: Row = {
  id: "doors-idle",
  title: "2000 idle signed-in connections, by protocol",
  about:
    "Resident memory beyond that of the server with the first 50 of them. Each has a connection of its own, of HTTP/2 with gRPC. Nothing " +
    "forces a garbage collection.",
  contestants: doors.map(([name, door]) => idler(name, door)),
  columns: [{ figure: "bytesEach", title: "memory each", show: kilobytes }],
  bounds: [],
}

export const rows: ReadonlyArray<Row> = [
  mqttFanout,
  talkRow(
    "doors-100-3",
    "fan-out by protocol, 100 members, 3 in flight",
    "Closed loop: 10 senders keep 3 messages of 100 bytes each under way to 100 members, themselves among them.",
    many,
  ),
  talkRow(
    "doors-100",
    "fan-out by protocol, 100 members, one message at a time",
    "Closed loop: one sender, one message of 100 bytes under way to 100 members: each delivery is a write.",
    { senders: 1, inFlight: 1 },
  ),
  idle,
]

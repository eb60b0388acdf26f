// What a delivery costs over MQTT: beside a broker of others, and beside Natter's own protocol.
import * as Effect from "effect/Effect"
import * as FanoutRound from "../FanoutRound.ts"
import type { Contestant, Row } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { aedes, natter } from "../Servers.ts"
import { large, percent } from "../Table.ts"

const contestant = (name: string, server: ServerCommand, qos?: 0 | 1): Contestant => ({
  name,
  measure: ({ onProgress, pinned, profile, quick, rampSeconds, seconds }) =>
    FanoutRound.run(
      qos === undefined ? server : { ...server, mqtt: { qos, version: 4 } },
      { members: quick ? 5 : 100, senders: quick ? 2 : 10, inFlight: 3, rampSeconds, seconds },
      {
        pinned,
        profile,
        onEvent: (event) => {
          if (event.type === "Progress") onProgress(`${event.phase} ${large(event.deliveriesPerSecond)}/s`)
        },
      },
    ).pipe(Effect.map((figures) => ({ ...figures }))),
})

export const mqttFanout: Row = {
  id: "mqtt-fanout",
  title: "fan-out over MQTT, 100 members, 3 in flight",
  about:
    "Closed loop: 10 senders keep 3 messages of 100 bytes each under way to 100 subscribers of a topic, themselves among them. Checked: every " +
    "member got every message once, and all in the same order. `aedes` is a broker for Node; mosquitto is not at hand here.",
  contestants: [
    contestant("natter, QoS 0", natter, 0),
    contestant("natter, QoS 1", natter, 1),
    contestant("natter, own protocol", natter),
    contestant("aedes, QoS 0", aedes, 0),
    contestant("aedes, QoS 1", aedes, 1),
  ],
  columns: [
    { figure: "deliveriesPerCpuSecond", title: "deliveries per server CPU-s", show: large },
    { figure: "deliveriesPerSecond", title: "per second", show: large },
    { figure: "serverUtilisation", title: "server CPU", show: percent },
    { figure: "loadUtilisation", title: "load CPU", show: percent },
    { figure: "deliveriesPerRead", title: "per read", show: (value) => value.toFixed(1) },
  ],
  bounds: [{ figure: "deliveriesPerCpuSecond", by: "aedes, QoS 0", atLeast: 5 }],
}

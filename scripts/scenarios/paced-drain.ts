import { Activity, Crowd, Expectation, Incident, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "paced-drain",
  about:
    "The service is restarted under five thousand browsers: they are told to come back within ten seconds, and come one after the other.",
  lasts: "40 seconds",
  settles: "5 seconds",
  transport: "websocket",
  crowds: [
    Crowd.of("speakers", 100, { channels: 100, arrivesOver: "2 seconds", does: [Activity.talk({ perSecond: 1 })] }),
    Crowd.of("listeners", 4900, { channels: 100, arrivesOver: "20 seconds" }),
  ],
  settings: {
    "shutdown.reconnect-within": "10 seconds",
    "connections.per-address": "10000",
    "limits.per-address": "10000",
  },
  incidents: [Incident.at("5 seconds", Incident.restart({ down: "500 millis" }))],
  holds: [
    Expectation.delivery,
    Expectation.order,
    Expectation.noErrors({ except: ["Draining", "ConnectionLost"] }),
    Expectation.recovery({ within: "20 seconds" }),
  ],
})

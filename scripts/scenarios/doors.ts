import { Activity, Crowd, Expectation, Incident, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "doors",
  about:
    "Programs, browsers and those behind a strict network talk in one channel, each crowd over a transport of its own.",
  lasts: "20 seconds",
  crowds: [
    Crowd.of("programs", 10, { codec: "msgpack", does: [Activity.talk({ perSecond: 2 })] }),
    Crowd.of("browsers", 60, { transport: "websocket", does: [Activity.talk({ perSecond: 0.2 })] }),
    Crowd.of("phones", 20, { transport: "websocket", codec: "msgpack", does: [Activity.talk({ perSecond: 0.2 })] }),
    Crowd.of("behind-proxies", 20, { transport: "sse", does: [Activity.talk({ perSecond: 0.2 })] }),
  ],
  incidents: [
    Incident.at("5 seconds", Incident.cut({ crowd: "browsers", share: 0.5 })),
    Incident.at("8 seconds", Incident.cut({ crowd: "behind-proxies", share: 0.5 })),
    Incident.at("11 seconds", Incident.stall({ crowd: "phones", share: 0.5, for: "2 seconds" })),
  ],
  holds: [
    Expectation.delivery,
    Expectation.order,
    Expectation.noErrors({ except: ["ConnectionLost"] }),
    Expectation.recovery({ within: "10 seconds" }),
  ],
})

import { Activity, Crowd, Expectation, Incident, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "reconnect-storm",
  about:
    "A switch fails and everybody is cut off at once, twice: they come back, and nothing that was said is missing.",
  lasts: "20 seconds",
  crowds: [
    Crowd.of("office", 200, { arrivesOver: "2 seconds" }),
    Crowd.of("elsewhere", 5, { does: [Activity.talk({ perSecond: 5 })] }),
  ],
  incidents: [
    Incident.at("5 seconds", Incident.cut({ crowd: "office" })),
    Incident.at("12 seconds", Incident.cut({ crowd: "office", share: 0.5 })),
  ],
  holds: [
    Expectation.delivery,
    Expectation.order,
    Expectation.noErrors({ except: ["ConnectionLost"] }),
    Expectation.recovery({ within: "10 seconds" }),
  ],
})

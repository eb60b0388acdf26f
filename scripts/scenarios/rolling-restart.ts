import { Activity, Crowd, Expectation, Incident, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "rolling-restart",
  about:
    "The service is restarted for an update, and later dies without a word: everybody comes back and nothing is lost.",
  lasts: "40 seconds",
  crowds: [
    Crowd.of("speakers", 5, { does: [Activity.talk({ perSecond: 5 })] }),
    Crowd.of("listeners", 60, { arrivesOver: "1 second" }),
  ],
  incidents: [
    Incident.at("5 seconds", Incident.restart({ down: "500 millis" })),
    Incident.at("20 seconds", Incident.kill({ down: "2 seconds" })),
  ],
  holds: [Expectation.delivery, Expectation.order, Expectation.recovery({ within: "20 seconds" })],
})

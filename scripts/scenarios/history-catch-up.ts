import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "history-catch-up",
  about: "Readers scroll back through the history while others talk: reading a lot holds up nobody who says something.",
  lasts: "20 seconds",
  crowds: [
    Crowd.of("speakers", 10, { does: [Activity.talk({ perSecond: 10 })] }),
    Crowd.of("readers", 20, { does: [Activity.catchUp({ every: "2 seconds", entries: 600 })] }),
  ],
  holds: [
    Expectation.delivery,
    Expectation.noErrors(),
    Expectation.p99("catchUp", "2 seconds"),
    Expectation.p99("delivery", "300 millis"),
  ],
})

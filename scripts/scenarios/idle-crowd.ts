import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "idle-crowd",
  about: "Two thousand who say nothing, and a few who talk among them: silence should cost next to nothing.",
  lasts: "40 seconds",
  crowds: [
    Crowd.of("silent", 2000, { in: "desk", channels: 200, arrivesOver: "10 seconds" }),
    Crowd.of("talkers", 10, { does: [Activity.talk({ perSecond: 5 })] }),
  ],
  holds: [Expectation.delivery, Expectation.noErrors(), Expectation.p99("delivery", "50 millis")],
})

import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "huge-channel",
  about:
    "A thousand in one channel, a few of whom talk: members are counted, not listed, and a message costs one write each.",
  lasts: "20 seconds",
  crowds: [
    Crowd.of("speakers", 5, { in: "town-hall", does: [Activity.talk({ perSecond: 1, size: 200 })] }),
    Crowd.of("audience", 995, { in: "town-hall", codec: "msgpack", arrivesOver: "5 seconds" }),
  ],
  holds: [Expectation.delivery, Expectation.order, Expectation.noErrors(), Expectation.p99("delivery", "500 millis")],
})

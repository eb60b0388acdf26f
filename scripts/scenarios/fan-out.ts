import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "fan-out",
  about: "Ten talk and ninety listen in one channel: what most channels are on a busy day.",
  lasts: "20 seconds",
  crowds: [
    Crowd.of("speakers", 10, { does: [Activity.talk({ perSecond: 10 })] }),
    Crowd.of("listeners", 90, { codec: "msgpack" }),
  ],
  holds: [Expectation.delivery, Expectation.order, Expectation.noErrors(), Expectation.p99("delivery", "100 millis")],
})

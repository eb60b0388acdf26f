import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "direct-messages",
  about: "Forty people who write to one another and to nobody else: each conversation is a channel of two.",
  lasts: "20 seconds",
  crowds: [Crowd.of("friends", 40, { does: [Activity.talk({ perSecond: 1, to: "member" })] })],
  holds: [Expectation.delivery, Expectation.order, Expectation.noErrors(), Expectation.p99("delivery", "200 millis")],
})

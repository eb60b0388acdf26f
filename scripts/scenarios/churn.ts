import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "churn",
  about: "Members enter and leave channels all day while others talk there: who is in hears everything, and only that.",
  lasts: "20 seconds",
  crowds: [
    Crowd.of("wanderers", 60, {
      in: "stall",
      channels: 10,
      each: 3,
      does: [Activity.comeAndGo({ every: "3 seconds", away: "500 millis" })],
    }),
    Crowd.of("sellers", 10, { in: "stall", channels: 10, does: [Activity.talk({ perSecond: 5 })] }),
  ],
  holds: [Expectation.delivery, Expectation.order, Expectation.noErrors(), Expectation.p99("join", "500 millis")],
})

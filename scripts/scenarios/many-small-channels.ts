import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "many-small-channels",
  about: "Three hundred people in a hundred channels of three: nobody waits for the others' channels.",
  lasts: "20 seconds",
  crowds: [
    Crowd.of("teams", 300, {
      in: "team",
      channels: 100,
      arrivesOver: "2 seconds",
      does: [Activity.talk({ perSecond: 1 }), Activity.type({ every: "5 seconds" })],
    }),
  ],
  holds: [Expectation.delivery, Expectation.order, Expectation.noErrors(), Expectation.p99("delivery", "100 millis")],
})

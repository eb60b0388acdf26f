import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "soak",
  about: "Half an hour of an ordinary crowd: what leaks shows as a line that rises.",
  lasts: "30 minutes",
  crowds: [
    Crowd.of("speakers", 10, { does: [Activity.talk({ perSecond: 2 })] }),
    Crowd.of("listeners", 60, { does: [Activity.vanish({ every: "2 minutes", away: "5 seconds" })] }),
    Crowd.of("wanderers", 30, {
      in: "hall",
      channels: 5,
      does: [Activity.comeAndGo({ every: "30 seconds", away: "5 seconds" }), Activity.talk({ perSecond: 0.2 })],
    }),
  ],
  holds: [Expectation.delivery, Expectation.order, Expectation.memory({ mebibytes: 400 })],
})

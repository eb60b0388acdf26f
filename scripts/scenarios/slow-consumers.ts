import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "slow-consumers",
  about:
    "Twenty stop reading: the service lets go of them before they cost more than their bound, and the others never notice.",
  lasts: "30 seconds",
  crowds: [
    Crowd.of("speakers", 10, { does: [Activity.talk({ perSecond: 10, size: 4000 })] }),
    Crowd.of("listeners", 70),
    Crowd.of("asleep", 20, { reads: "never" }),
  ],
  holds: [
    Expectation.delivery,
    Expectation.order,
    Expectation.p50("delivery", "50 millis"),
    Expectation.memory({ mebibytes: 600 }),
  ],
})

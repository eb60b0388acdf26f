import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "login-storm",
  about: "Monday, nine o'clock: everybody signs in within a second, and some keep coming and going.",
  lasts: "15 seconds",
  crowds: [
    Crowd.of("everybody", 300, { arrivesOver: "1 second" }),
    Crowd.of("restless", 20, { does: [Activity.signIn({ every: "1 second" })] }),
    Crowd.of("speakers", 2, { does: [Activity.talk({ perSecond: 2 })] }),
  ],
  holds: [Expectation.delivery, Expectation.noErrors(), Expectation.p99("signIn", "3 seconds")],
})

import { Activity, Crowd, Expectation, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "presence-storm",
  about: "A train full of phones goes through tunnels: a hundred come and go all the time, and nobody is told of each.",
  lasts: "20 seconds",
  crowds: [
    Crowd.of("train", 100, {
      arrivesOver: "1 second",
      does: [Activity.vanish({ every: "6 seconds", away: "1 second" })],
    }),
    Crowd.of("at-home", 20, { does: [Activity.talk({ perSecond: 0.5 })] }),
  ],
  // A diff in a second and a half at most, whatever happens.
  holds: [Expectation.delivery, Expectation.order, Expectation.presence({ framesEach: 20 })],
})

import { Activity, Crowd, Expectation, Incident, Scenario } from "../../src/scenario/index.ts"

export default Scenario.make({
  name: "mixed-day",
  about:
    "A working day in half a minute: teams, a lobby, direct messages, phones that vanish, and a router that stalls.",
  lasts: "30 seconds",
  crowds: [
    Crowd.of("teams", 80, {
      in: "team",
      channels: 16,
      each: 2,
      arrivesOver: "2 seconds",
      does: [Activity.talk({ perSecond: 0.5 }), Activity.type({ every: "4 seconds" })],
    }),
    Crowd.of("friends", 10, { does: [Activity.talk({ perSecond: 0.5, to: "member" })] }),
    Crowd.of("phones", 20, {
      codec: "msgpack",
      does: [Activity.vanish({ every: "10 seconds", away: "2 seconds" }), Activity.talk({ perSecond: 0.2 })],
    }),
    Crowd.of("announcer", 1, { does: [Activity.burst({ every: "5 seconds", messages: 10, size: 500 })] }),
  ],
  incidents: [
    Incident.at("8 seconds", Incident.stall({ crowd: "teams", share: 0.3, for: "3 seconds" })),
    Incident.at("18 seconds", Incident.delay({ crowd: "phones", by: "300 millis", for: "5 seconds" })),
  ],
  holds: [Expectation.delivery, Expectation.order, Expectation.recovery({ within: "10 seconds" })],
})

import * as Effect from "effect/Effect"
import type { Mishap } from "../Incident.ts"
import type { Gate } from "./FaultyDialer.ts"
import type { Member } from "./Member.ts"

const each = (gates: ReadonlyArray<Gate>, meet: (gate: Gate) => Effect.Effect<void>) =>
  Effect.forEach(gates, meet, { discard: true })

/** What happens to links, not to the service. */
export type LinkMishap = Exclude<Mishap, { readonly _tag: "Kill" | "Restart" }>

/** Makes it happen to these members' links; done when it is over. */
export const befall = (what: LinkMishap, members: ReadonlyArray<Member>): Effect.Effect<void> => {
  const gates = members
    .filter(({ crowd, ordinal }) => crowd.name === what.crowd && ordinal < Math.round(crowd.count * what.share))
    .flatMap(({ gate }) => gate ?? [])
  switch (what._tag) {
    case "Cut":
      return each(gates, (gate) => gate.cut)
    case "HalfOpen":
      return each(gates, (gate) => gate.silence)
    case "Stall":
      return each(gates, (gate) => gate.stall(true)).pipe(
        Effect.andThen(Effect.sleep(what.for)),
        Effect.ensuring(each(gates, (gate) => gate.stall(false))),
      )
    case "Delay":
      return each(gates, (gate) => gate.delay(what.by)).pipe(
        Effect.andThen(Effect.sleep(what.for)),
        Effect.ensuring(each(gates, (gate) => gate.delay(0))),
      )
  }
}

import * as Effect from "effect/Effect"
import type { Mishap } from "../Incident.ts"
import type { NotPossible, World } from "../World.ts"
import type { Gate } from "./gate.ts"
import type { Member } from "./Member.ts"

const each = (gates: ReadonlyArray<Gate>, meet: (gate: Gate) => Effect.Effect<void>) =>
  Effect.forEach(gates, meet, { discard: true })

/** Makes it happen; done when it is over. */
export const befall = (
  what: Mishap,
  members: ReadonlyArray<Member>,
  world: World["Service"],
): Effect.Effect<void, NotPossible> => {
  if (what._tag === "Kill") return world.kill(what.down)
  if (what._tag === "Restart") return world.restart(what.down)
  const crowd = members.filter(({ crowd }) => crowd.name === what.crowd)
  const gates = crowd.slice(0, Math.round(crowd.length * what.share)).flatMap(({ gate }) => gate ?? [])
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

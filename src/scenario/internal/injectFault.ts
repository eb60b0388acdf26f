import * as Effect from "effect/Effect"
import type { Fault } from "../Incident.ts"
import type { FaultyDialer } from "./FaultyDialer.ts"
import type { Member } from "./Member.ts"

const each = (dialers: ReadonlyArray<FaultyDialer>, apply: (dialer: FaultyDialer) => Effect.Effect<void>) =>
  Effect.forEach(dialers, apply, { discard: true })

/** A fault of members' connections, as opposed to one of the service. */
export type LinkFault = Exclude<Fault, { readonly _tag: "Kill" | "Restart" }>

/** Injects the fault into the connections of those of these members whom it names; done when the fault is over. */
export const inject = (what: LinkFault, members: ReadonlyArray<Member>): Effect.Effect<void> => {
  const dialers = members
    .filter(({ crowd, ordinal }) => crowd.name === what.crowd && ordinal < Math.round(crowd.count * what.share))
    .flatMap(({ faultyDialer }) => faultyDialer ?? [])
  switch (what._tag) {
    case "Cut":
      return each(dialers, (dialer) => dialer.cut)
    case "HalfOpen":
      return each(dialers, (dialer) => dialer.halfOpen)
    case "Stall":
      return each(dialers, (dialer) => dialer.stall(true)).pipe(
        Effect.andThen(Effect.sleep(what.for)),
        Effect.ensuring(each(dialers, (dialer) => dialer.stall(false))),
      )
    case "Delay":
      return each(dialers, (dialer) => dialer.delay(what.by)).pipe(
        Effect.andThen(Effect.sleep(what.for)),
        Effect.ensuring(each(dialers, (dialer) => dialer.delay(0))),
      )
  }
}

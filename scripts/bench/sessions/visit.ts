import {
  ask,
  connectFrame,
  fail,
  measured,
  open,
  progress,
  rates,
  seconds,
  stopwatch,
  tokensOf,
} from "./Conversation.ts"
import type { SessionPlan, VisitPlan } from "./Plan.ts"

/** Everybody has a channel of their own: how many are told of a visit is measured elsewhere. */
const channelOf = (visitor: number): string => `visits-${visitor}`
/** Ports of those who went are taken for a minute: so many addresses have enough of them. */
const addresses = 16

export const visit = async (plan: SessionPlan & VisitPlan): Promise<void> => {
  const holders = tokensOf(plan, plan.visitors)
  let visits = 0
  let begun = 0
  let visiting = true

  const stay = async (visitor: number): Promise<void> => {
    const { name, token } = holders[visitor]!
    const channel = channelOf(visitor)
    while (visiting) {
      let leaving = false
      let closed: () => void
      const gone = new Promise<void>((resolve) => (closed = resolve))
      const peer = open(plan, {
        number: (begun++ % addresses) * 20_000,
        onClose: (_, reason) => (leaving ? closed() : fail(`a visitor was lost: ${reason}`)),
      })
      await ask(peer, connectFrame, "Connect")
      const { username } = await ask(peer, { type: "Authenticate", ref: 1, token }, "LoggedIn")
      const joined = await ask(peer, { type: "Join", ref: 2, channel }, "Joined")
      const left = await ask(peer, { type: "Leave", ref: 3, channel }, "Left")
      if (username !== name || joined["channel"] !== channel || joined["ref"] !== 2 || left["ref"] !== 3) {
        fail(`${name} was taken for ${String(username)} in ${String(joined["channel"])}`)
      }
      leaving = true
      peer.end()
      await gone
      visits++
    }
  }

  const all = Array.from({ length: plan.visitors }, (_, visitor) => stay(visitor))
  await seconds(plan.rampSeconds)
  progress("measuring")
  const [before, taken] = [visits, stopwatch(plan)]
  await seconds(plan.seconds)
  const figures = rates(visits - before, taken())
  visiting = false
  await Promise.all(all)
  if (figures.count === 0) fail("nobody was through in the measured time")
  measured(figures)
}

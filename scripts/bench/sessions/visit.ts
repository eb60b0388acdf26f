import { ask, connectFrame, fail, measured, seconds, tokensOf } from "./Conversation.ts"
import type { SessionPlan, VisitPlan } from "./Plan.ts"
import { Visitors } from "./Visitors.ts"

/** Everybody has a channel of their own: how many are told of a visit is measured elsewhere. */
const channelOf = (visitor: number): string => `visits-${visitor}`

export const visit = async (plan: SessionPlan & VisitPlan): Promise<void> => {
  const holders = tokensOf(plan, plan.visitors)
  const visitors = new Visitors(plan, plan.visitors, async (peer, visitor) => {
    const { name, token } = holders[visitor]!
    const channel = channelOf(visitor)
    await ask(peer, connectFrame, "Connect")
    const { username } = await ask(peer, { type: "Authenticate", ref: 1, token }, "LoggedIn")
    const joined = await ask(peer, { type: "Join", ref: 2, channel }, "Joined")
    const left = await ask(peer, { type: "Leave", ref: 3, channel }, "Left")
    if (username !== name || joined["channel"] !== channel || joined["ref"] !== 2 || left["ref"] !== 3) {
      fail(`${name} was taken for ${String(username)} in ${String(joined["channel"])}`)
    }
  })
  await seconds(plan.rampSeconds)
  const figures = await visitors.measure(plan.seconds)
  await visitors.end()
  measured(figures)
}

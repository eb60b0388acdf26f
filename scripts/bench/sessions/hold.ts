import { each, enter, isHeld, open, progress, within } from "./Conversation.ts"
import type { HoldPlan, SessionPlan } from "./Plan.ts"

/** So many sign in and stay, answering pings, as long as this process runs. Losing one ends it. */
export const hold = async (plan: SessionPlan & HoldPlan): Promise<void> => {
  let count = 0
  await within(
    300,
    "signing in",
    each(plan.connections, 64, async (index) => {
      const number = plan.first + index
      await enter(open(plan, { number }), `idle-${number}`)
      if (++count % 5000 === 0) progress(`${plan.first + count} are idle`)
    }),
  )
  isHeld()
}

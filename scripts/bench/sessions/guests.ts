import { ask, each, enter, fail, type Frame, listen, measured, open, seconds, within } from "./Conversation.ts"
import type { Peer } from "./Peer.ts"
import type { GuestsPlan, SessionPlan } from "./Plan.ts"
import { Visitors } from "./Visitors.ts"

/** No two visits under one name: a server must not remember more and more. As long as each other, so that lists are. */
const guestName = (visit: number): string => `guest-${String(visit).padStart(7, "0")}`
const presentName = (index: number): string => `present-${String(index).padStart(5, "0")}`

const microsEach = ({ perCpuSecond }: { readonly perCpuSecond: number }): number => 1e6 / perCpuSecond

/** Signs in by a name alone, in version 1; succeeds with the list of those who are here. */
const signIn = (peer: Peer, username: string): Promise<ReadonlyArray<string>> =>
  new Promise((resolve) => {
    let accepted = false
    peer.onFrame = (_, bytes, start, end) => {
      const frame: Frame = JSON.parse(bytes.toString("utf8", start, end))
      if (frame.type === "LoginResponse" && frame["success"] === true) accepted = true
      else if (frame.type === "UserList" && accepted) {
        listen(peer)
        resolve(frame["users"] as ReadonlyArray<string>)
      } else fail(`${username} could not sign in: ${JSON.stringify(frame).slice(0, 200)}`)
    }
    peer.send({ type: "Login", username, password: "x" })
  })

/**
 * Guests come, get the list, and go: while few are present and many, and before and after many visits. Each list must
 * have all who stay, and the newcomer.
 */
export const guests = async (plan: SessionPlan & GuestsPlan): Promise<void> => {
  const { after, present, presentIn } = plan
  let here = 0

  const bePresent = (count: number): Promise<void> =>
    within(
      60,
      "signing in",
      each(count - here, 16, async () => {
        const name = presentName(here++)
        const peer = open(plan)
        if (presentIn === "version 1") return void (await signIn(peer, name))
        await enter(peer, name)
        await ask(peer, { type: "Join", ref: 1, channel: "lobby" }, "Joined")
      }),
    )

  await bePresent(present[0] ?? 0)
  /** Those who were present before this visit began are in its list. */
  let certain = here
  const visitors = new Visitors(plan, plan.visitors, async (peer, _, visit) => {
    const [name, old] = [guestName(visit), presentName(visit % Math.max(1, certain))]
    const list = await signIn(peer, name)
    if (!list.includes(name)) fail(`${name} is not in the list that ${name} got`)
    if (certain > 0 && !list.includes(old)) fail(`${old} is not in the list that ${name} got`)
  })
  const measure = async () => {
    await seconds(plan.rampSeconds)
    return visitors.measure(plan.seconds)
  }

  const first = await measure()
  while (visitors.visits < after) await seconds(0.05)
  const later = after === 0 ? first : await measure()
  const figures: Record<string, number> = { ...first, microsAt0: microsEach(first), microsLater: microsEach(later) }
  for (const [index, count] of present.entries()) {
    if (index === 0) continue
    await bePresent(count)
    certain = here
    figures[`microsAt${index}`] = microsEach(await measure())
  }
  await visitors.end()
  measured(figures)
}

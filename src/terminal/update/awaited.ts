/** Who was in a channel before the connection was lost: that they come back is no news for a while. */
import type { Roster } from "../../client/Roster.ts"
import type { Conversation, Model } from "../Model.ts"
import { change, isDirect, presence } from "./conversations.ts"

/** Milliseconds in which others come back after a restart of the service: no client waits longer between two tries. */
const backWithin = 60_000

/** Who was in a channel before the connection was lost, or had left it just then, and is not back yet. */
export const awaitedAfter = (
  { gone, roster: before }: Conversation,
  now: Roster,
  { me, ticks }: Model,
): Conversation["awaited"] => {
  if (before === undefined) return { names: new Set(), until: 0 }
  const lately = [...gone].filter(([, at]) => ticks - at < backWithin).map(([name]) => name)
  const names = [...before.names, ...lately].filter((name) => name !== me && !now.members.has(name))
  return { names: new Set(names), until: ticks + backWithin }
}

/** Those who have not come back in that time have left. */
export const giveUpAwaited = (model: Model): Model =>
  model.conversations.reduce((next, { awaited, gone, name }) => {
    if (awaited.names.size === 0 || awaited.until > next.ticks) return next
    const given = change(next, name, (conversation) => ({ ...conversation, awaited: { names: new Set(), until: 0 } }))
    // Of those who had left before that was said then.
    const left = [...awaited.names].filter((who) => !gone.has(who))
    return isDirect(name) ? given : presence(given, name, [], left)
  }, model)

/** Who may do something in a channel, in words. */
import type { ChannelAccess } from "../../domain/ChannelRole.ts"
import * as Rights from "../../domain/Rights.ts"

/** From the lowest on; each may what those before it may. */
const ranks = [
  ["stranger", "everybody"],
  // Whoever is in a channel is called a member of it, too.
  ["member", "people with the role member"],
  ["moderator", "moderators"],
  ["owner", "owners"],
] as const

export const listed = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

/** By their roles there; empty for nobody. */
export const whoMay = (action: Rights.Action, access: ChannelAccess, archived = false): ReadonlyArray<string> => {
  const may = ranks.filter(
    ([standing]) =>
      Rights.refusal(action, { kind: access, standing, banned: false, muted: false, archived }) === undefined,
  )
  return may[0]?.[0] === "stranger" ? ["everybody"] : may.map(([, people]) => people)
}

/** The same, whatever kind of channel it is; undefined where that depends on it. */
export const whoMayAnywhere = (action: Rights.Action): ReadonlyArray<string> | undefined => {
  const [first, ...others] = (["public", "private", "readonly"] as const).map((access) => whoMay(action, access))
  return others.every((people) => people.join() === first!.join()) ? first : undefined
}

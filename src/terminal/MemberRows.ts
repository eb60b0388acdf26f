/** Which members the list at the right shows. */
import type { Roster } from "../client/Roster.ts"
import type { Member } from "../protocol/v2/ServerFrame.ts"

const order: { readonly [Status in Member["status"]]: number } = { online: 0, busy: 1, away: 2 }

/** Those who are there most first; where not all fit, the last row says how many more there are. */
export const membersIn = (roster: Roster | undefined, height: number): ReadonlyArray<Member> => {
  const members = [...(roster?.members.values() ?? [])].toSorted(
    (a, b) => order[a.status] - order[b.status] || a.username.localeCompare(b.username),
  )
  return (roster?.count ?? 0) > height ? members.slice(0, height - 1) : members
}

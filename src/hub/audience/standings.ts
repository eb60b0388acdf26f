/** What operators ask of the sessions of this node: how they are doing, and that they end. */
import { type AddressRange, contains } from "../../domain/AddressRange.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import { isSame } from "../../domain/NameKey.ts"
import type { Gateway, Reachable, Standings } from "./Gateway.ts"

/** Which sessions are listed: those behind a place. */
export interface StandingsPage {
  readonly after?: number | undefined
  readonly limit: number
  readonly username?: string | undefined
  /** Those only for which something waits. */
  readonly behind: boolean
}

export const standingsHere = (gateway: Gateway["Service"], { behind, username, ...page }: StandingsPage): Standings => {
  const filter = ({ user, waiting }: Pick<Reachable, "user" | "waiting">) =>
    (!behind || waiting() > 0) && (username === undefined || isSame(user.name, username))
  return gateway.standings({ ...page, filter })
}

/** What somebody is told who comes from where nobody is let in any more. */
export const refused = new Disconnect({ reason: "Refused", detail: "Nobody is let in from this address" })

/** Ends the sessions that come from an address which is banned; says how many they were. */
export const endFromHere = (gateway: Gateway["Service"], address: AddressRange): number => {
  return gateway.endFrom((from) => contains(address, from), refused)
}

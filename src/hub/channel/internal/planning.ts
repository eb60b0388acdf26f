/** What an act of administration comes to, and what is known where that is found out. */
import type { Act, Change } from "../../../channels/ChannelRecord.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import type { Person, User } from "../../../domain/User.ts"
import type * as Username from "../../../domain/Username.ts"
import type { HubSettings } from "../../HubSettings.ts"
import type { Requester } from "../ChannelCommand.ts"
import type { Access, Target } from "./access.ts"

/** What has to be stored: nothing where nothing would change. */
export interface Plan {
  readonly changes: ReadonlyArray<Change>
  /** Undefined where nobody is to be told later: direct conversations have no audit log. */
  readonly act: Act | undefined
  /** Whom it concerns. */
  readonly user?: Target["user"] & Person
}

export interface Context {
  readonly settings: HubSettings
  readonly access: Access
  readonly by: Requester
  readonly now: number
  /** Who is in the channel under a name. */
  readonly present: (name: Username.Username) => User | undefined
}

/** An entry for the audit log, where the channel has one. */
export type Note = (action: string, more?: Pick<Act, "whom" | "detail">) => Act | undefined

/** Roles, and sanctions, kept of one channel. */
export const maxEach = 10_000

export const tooMany = (what: string, most = maxEach): RequestError =>
  new RequestError({ reason: "Forbidden", detail: `A channel has at most ${most} ${what}` })

export const person = ({ id, name }: Person): Person => ({ id, name })

/** What those who have rights in a channel do with it. Plain values. */
import type { AddressRange } from "../domain/AddressRange.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { ChannelAccess, ChannelRole } from "../domain/ChannelRole.ts"
import type { Durability } from "../domain/Durability.ts"
import type { Topic } from "../domain/Topic.ts"
import type { User } from "../domain/User.ts"
import type { Username } from "../domain/Username.ts"

/** Somebody by name: whose account it is, or, without one, who is in the channel under it. */
export interface Whom {
  readonly name: Username
  readonly account: User | undefined
}

export type Request =
  | {
      readonly type: "Create"
      readonly access?: ChannelAccess | undefined
      readonly topic?: Topic | undefined
      readonly durability?: Durability | undefined
    }
  | { readonly type: "SetTopic"; readonly topic: Topic }
  | {
      readonly type: "Configure"
      readonly access?: ChannelAccess | undefined
      readonly archived?: boolean | undefined
      /** Milliseconds. */
      readonly slowMode?: number | undefined
      readonly durability?: Durability | undefined
    }
  | { readonly type: "Rename"; readonly name: ChannelName }
  | { readonly type: "Invite"; readonly whom: Whom }
  /** Without a role: a stranger again. */
  | { readonly type: "SetRole"; readonly whom: Whom; readonly role?: ChannelRole | undefined }
  | { readonly type: "Kick"; readonly whom: Whom; readonly reason?: string | undefined }
  | {
      readonly type: "Ban"
      readonly whom: Whom | AddressRange
      /** Milliseconds; undefined for ever. */
      readonly duration?: number | undefined
      readonly reason?: string | undefined
    }
  | { readonly type: "Unban"; readonly whom: Whom | AddressRange }
  | {
      readonly type: "Mute"
      readonly whom: Whom
      readonly duration?: number | undefined
      readonly reason?: string | undefined
    }
  | { readonly type: "Unmute"; readonly whom: Whom }

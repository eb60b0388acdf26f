import type * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { ChannelAccess } from "../domain/ChannelRole.ts"
import type { Durability } from "../domain/Durability.ts"
import { maxSlowMode } from "../domain/Limits.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { administer } from "./internal/administer.ts"
import { unless, whole } from "./internal/checks.ts"
import { administering, operation } from "./Operation.ts"

export interface Configure {
  readonly channel: ChannelName
  readonly access?: ChannelAccess | undefined
  /** Whether it can only be read any more. */
  readonly archived?: boolean | undefined
  /** Milliseconds that a member has to wait between two messages; 0 for none. */
  readonly slowMode?: number | undefined
  readonly durability?: Durability | undefined
}

/** Changes who may enter a channel and speak there, and how; what is left out stays. Its members hear of it. */
export const configure = operation(
  "configure",
  "administration",
  [...administering, "ChannelArchived", "ChannelQuota", "InvalidFrame"],
  (chat, caller, { access, archived, channel, durability, slowMode }: Configure): Effect.Effect<void, RequestError> =>
    unless(whole("slowMode", slowMode, { to: maxSlowMode }), () =>
      administer(chat, caller, channel, { type: "Configure", access, archived, slowMode, durability }),
    ),
)

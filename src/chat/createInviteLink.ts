import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { InviteLink } from "../channels/ChannelRecord.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { maxInviteUses } from "../domain/InviteCode.ts"
import { RequestError } from "../domain/RequestError.ts"
import { administer } from "./internal/administer.ts"
import { unless, whole } from "./internal/checks.ts"
import * as inviteCode from "./internal/inviteCode.ts"
import { inviteLinks } from "./internal/inviteLinks.ts"
import { administering, operation } from "./Operation.ts"

export interface CreateInviteLink {
  readonly channel: ChannelName
  /** Milliseconds that it is good; without end where there is none. */
  readonly lifetime?: number | undefined
  /** How many may come in by it; without one any number. */
  readonly uses?: number | undefined
}

export interface CreatedInviteLink {
  readonly link: InviteLink
  /** Whoever has it may come in. It is not shown again. */
  readonly code: Redacted.Redacted
}

/** Makes an invitation for whoever has its code. */
export const createInviteLink = operation(
  "createInviteLink",
  "administration",
  [...administering, "ChannelArchived", "InvalidFrame"],
  (chat, caller, { channel, lifetime, uses }: CreateInviteLink): Effect.Effect<CreatedInviteLink, RequestError> =>
    unless(whole("lifetime", lifetime, { from: 1 }) ?? whole("uses", uses, { from: 1, to: maxInviteUses }), () =>
      Effect.gen(function* () {
        const code = inviteCode.fresh()
        const id = inviteCode.fingerprint(code)
        yield* administer(chat, caller, channel, { type: "CreateInviteLink", id, lifetime, uses })
        const link = (yield* inviteLinks(chat, caller, channel)).find((link) => link.id === id)
        // It was taken back at once, or is over already.
        return link === undefined ? yield* new RequestError({ reason: "Unavailable" }) : { link, code }
      }),
    ),
)

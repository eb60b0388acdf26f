import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { ChannelName } from "../domain/ChannelName.ts"
import { isWellFormed, unknownInvite } from "../domain/InviteCode.ts"
import { RequestError } from "../domain/RequestError.ts"
import { hasNamed } from "../domain/Scope.ts"
import type { ChatShape } from "./Chat.ts"
import { administer } from "./internal/administer.ts"
import { readable } from "./internal/inChannel.ts"
import * as inviteCode from "./internal/inviteCode.ts"
import { operation } from "./Operation.ts"

export interface AcceptedInvite {
  readonly channel: ChannelName
}

const invited = (chat: ChatShape, code: string) =>
  isWellFormed(code)
    ? readable("read an invitation", chat.channels.invited(inviteCode.fingerprint(Redacted.make(code))))
    : Effect.succeedNone

/** The channel to which an invitation leads; undefined where that is not known. Nobody is to be told: it may be private. */
export const channelOfInvite = (chat: ChatShape, code: string): Effect.Effect<ChannelName | undefined> =>
  Effect.match(invited(chat, code), {
    onFailure: () => undefined,
    onSuccess: (found) => Option.getOrUndefined(found)?.name,
  })

/** Becomes a member of the channel to which an invitation leads; who is one stays one. */
export const acceptInvite = operation(
  "acceptInvite",
  "visits",
  ["NoSuchInvitation", "Forbidden", "Banned", "TooManyChannels"],
  (chat, caller, { code }: { readonly code: string }): Effect.Effect<AcceptedInvite, RequestError> =>
    Effect.gen(function* () {
      const found = yield* invited(chat, code)
      if (found._tag === "None") return yield* unknownInvite()
      const { scope } = caller
      if (scope !== undefined && !hasNamed(scope, found.value)) {
        return yield* new RequestError({
          reason: "OutOfScope",
          detail: "This token is not for the invitation's channel",
        })
      }
      const { name: channel } = found.value
      const id = inviteCode.fingerprint(Redacted.make(code))
      yield* administer(chat, caller, channel, { type: "AcceptInvite", id })
      return { channel }
    }),
)

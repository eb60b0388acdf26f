import * as Effect from "effect/Effect"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { RequestError } from "../domain/RequestError.ts"
import { notMember } from "../hub/audience/Memberships.ts"
import { operation } from "./Operation.ts"

/** Passes on that the user is typing. Left out where the channel is busy: it is worth no waiting. */
export const typing = operation(
  "typing",
  "typing",
  ["NotMember"],
  (_, { by, memberships }, { channel }: { readonly channel: ChannelName }): Effect.Effect<void, RequestError> =>
    Effect.suspend(() => {
      const membership = memberships?.get(channel)
      if (membership === undefined) return Effect.fail(notMember())
      membership.link.tellUnsafe({ type: "Typing", by })
      return Effect.void
    }),
)

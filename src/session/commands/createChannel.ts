import * as Effect from "effect/Effect"
import { isDirect } from "../../domain/Direct.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"

/** Makes a channel, which the user owns from then on. Entering it is another command. */
export const createChannel = forUser<ClientFrameOf<"CreateChannel">>((session, frame, { memberships }) => {
  const { access, channel, durability, ref, topic } = frame
  // A direct conversation is there as soon as there are two.
  if (isDirect(channel)) return Effect.fail(new RequestError({ reason: "ChannelExists", field: "channel" }))
  return Effect.map(memberships.administer(channel, { type: "Create", access, topic, durability }), () =>
    ok(session, ref),
  )
})

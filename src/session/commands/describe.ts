import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"

/** What a channel is, and who may do what there, as far as the user may know. */
export const describe = forUser<ClientFrameOf<"Describe">>((session, { channel, ref }, { memberships }) =>
  Effect.map(memberships.describe(channel), (description) =>
    session.tell2({ type: "ChannelInfo", ...(ref === undefined ? {} : { ref }), channel, ...description }),
  ),
)

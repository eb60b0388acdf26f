import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"

/** A page of the channels that the user may know of. */
export const listChannels = forUser<ClientFrameOf<"ListChannels">>((session, { after, ref }, { user }) =>
  Effect.map(session.with.hub.channels(after, user), ({ channels, next }) =>
    session.tell2({
      type: "Channels",
      ...(ref === undefined ? {} : { ref }),
      channels,
      ...(next === undefined ? {} : { next }),
    }),
  ),
)

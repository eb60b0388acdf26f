import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"

/** A page of the open channels. */
export const listChannels = forUser<ClientFrameOf<"ListChannels">>((session, { after, ref }) =>
  Effect.map(session.with.hub.channels(after), ({ channels, next }) =>
    session.tell2({
      type: "Channels",
      ...(ref === undefined ? {} : { ref }),
      channels,
      ...(next === undefined ? {} : { next }),
    }),
  ),
)

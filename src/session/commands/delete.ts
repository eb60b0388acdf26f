import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { tooFast } from "./publish.ts"

/** Takes a message away. The channel answers, when it is stored. */
export const deleteMessage = forUser<ClientFrameOf<"Delete">>((session, { channel, id, ref, target }, identity) => {
  const error = tooFast(session, identity)
  return error === undefined
    ? identity.memberships.change(channel, { id, ref, target, change: { type: "Deleted" } })
    : Effect.fail(error)
})

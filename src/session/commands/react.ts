import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { tooFast } from "./publish.ts"

/** Reacts to a message. The channel answers, when it is stored. */
export const react = forUser<ClientFrameOf<"React">>((session, frame, identity) => {
  const { channel, id, on = true, reaction, ref, target } = frame
  const error = tooFast(session, identity)
  return error === undefined
    ? identity.memberships.change(channel, { id, ref, target, change: { type: "Reacted", reaction, on } })
    : Effect.fail(error)
})

import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { tooFast } from "./publish.ts"

/** Says something else in a message. The channel answers, when it is stored. */
export const edit = forUser<ClientFrameOf<"Edit">>((session, { channel, content, id, ref, target }, identity) => {
  if (content === "") return Effect.fail(new RequestError({ reason: "EmptyMessage", field: "content" }))
  const error = tooFast(session, identity)
  return error === undefined
    ? identity.memberships.change(channel, { id, ref, target, change: { type: "Edited", content } })
    : Effect.fail(error)
})

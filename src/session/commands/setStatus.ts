import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"

/** Changes how present the user is, in every channel and for every session of the user. */
export const setStatus = forUser<ClientFrameOf<"SetStatus">>((session, { ref, status, text }, { user }) =>
  Effect.map(session.with.hub.setAppearance(user.id, { status, text }), () => ok(session, ref)),
)

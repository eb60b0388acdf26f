import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"
import { whom } from "../Whom.ts"

/** Puts somebody out of a channel, with all sessions. */
export const kick = forUser<ClientFrameOf<"Kick">>((session, { channel, reason, ref, username }, { memberships }) =>
  whom(session, username).pipe(
    Effect.flatMap((whom) => memberships.administer(channel, { type: "Kick", whom, reason })),
    Effect.map(() => ok(session, ref)),
  ),
)

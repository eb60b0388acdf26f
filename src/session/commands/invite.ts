import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"
import { whom } from "../Whom.ts"

/** Makes somebody a member of a channel, who hears of it in all sessions. */
export const invite = forUser<ClientFrameOf<"Invite">>((session, { channel, ref, username }, { memberships }) =>
  whom(session, username).pipe(
    Effect.flatMap((whom) => memberships.administer(channel, { type: "Invite", whom })),
    Effect.map(() => ok(session, ref)),
  ),
)

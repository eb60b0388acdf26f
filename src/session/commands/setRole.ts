import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"
import { whom } from "../Whom.ts"

/** Says what somebody may do in a channel; its members hear of it. */
export const setRole = forUser<ClientFrameOf<"SetRole">>((session, { channel, ref, role, username }, { memberships }) =>
  whom(session, username).pipe(
    Effect.flatMap((whom) => memberships.administer(channel, { type: "SetRole", whom, role })),
    Effect.map(() => ok(session, ref)),
  ),
)

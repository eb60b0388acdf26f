import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"

/** Notes how far the user has read; the members hear of it. */
export const read = forUser<ClientFrameOf<"Read">>((session, { channel, ref, seq }, { memberships }) =>
  Effect.map(memberships.read(channel, seq), () => ok(session, ref)),
)

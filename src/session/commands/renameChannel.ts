import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"

/** Gives a channel another name; its members stay in it, and hear of it. */
export const renameChannel = forUser<ClientFrameOf<"RenameChannel">>(
  (session, { channel, name, ref }, { memberships }) =>
    Effect.map(memberships.administer(channel, { type: "Rename", name }), () => ok(session, ref)),
)

import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"

/** Changes who may enter a channel and speak there, and how; its members hear of it. */
export const configure = forUser<ClientFrameOf<"Configure">>((session, frame, { memberships }) => {
  const { access, archived, channel, durability, ref, slow_mode: slowMode } = frame
  return Effect.map(
    memberships.administer(channel, { type: "Configure", access, archived, slowMode, durability }),
    () => ok(session, ref),
  )
})

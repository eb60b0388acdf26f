import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"
import { whom } from "../Whom.ts"

/** Lets somebody listen only, for as long as is said. Nobody is told. */
export const mute = forUser<ClientFrameOf<"Mute">>((session, frame, { memberships }) => {
  const { channel, duration, reason, ref, username } = frame
  return whom(session, username).pipe(
    Effect.flatMap((whom) => memberships.administer(channel, { type: "Mute", whom, duration, reason })),
    Effect.map(() => ok(session, ref)),
  )
})

export const unmute = forUser<ClientFrameOf<"Unmute">>((session, { channel, ref, username }, { memberships }) =>
  whom(session, username).pipe(
    Effect.flatMap((whom) => memberships.administer(channel, { type: "Unmute", whom })),
    Effect.map(() => ok(session, ref)),
  ),
)

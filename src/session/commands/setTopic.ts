import * as Effect from "effect/Effect"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import { ok } from "../Reply.ts"

/** Says what a channel is about; its members hear of it. */
export const setTopic = forUser<ClientFrameOf<"SetTopic">>((session, { channel, ref, topic }, { memberships }) =>
  Effect.map(memberships.setTopic(channel, topic), () => ok(session, ref)),
)

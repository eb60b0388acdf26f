import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"

/** Leaves a channel. The channel answers, behind the last message for this session. */
export const leave = forUser<ClientFrameOf<"Leave">>((_, { channel, ref }, { memberships }) =>
  memberships.leave(channel, ref),
)

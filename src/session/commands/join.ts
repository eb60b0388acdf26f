import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"

/** Enters a channel. The channel answers, with its state. */
export const join = forUser<ClientFrameOf<"Join">>((_, { channel, ref }, { memberships }) =>
  memberships.join(channel, ref),
)

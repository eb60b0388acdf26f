import type { Seq } from "../../../domain/Seq.ts"
import type { UserId } from "../../../domain/User.ts"
import type { Reader } from "../../../history/HistoryShape.ts"
import type { ChannelCommandOf } from "../ChannelCommand.ts"

/** Where more users are present, how far one has read is told to that user's own sessions only. */
export const maxReadersTold = 32

/** Each user once, as far as it has read. */
export const readersIn = (commands: ReadonlyArray<ChannelCommandOf<"Read">>): ReadonlyArray<Reader> => {
  const furthest = new Map<UserId, Seq>()
  for (const { by, seq } of commands) {
    if (seq >= (furthest.get(by.user.id) ?? 0)) furthest.set(by.user.id, seq)
  }
  return [...furthest].map(([user, read]) => ({ user, read }))
}

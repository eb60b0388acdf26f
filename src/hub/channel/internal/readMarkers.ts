import { Generations } from "../../../domain/Generations.ts"
import type { Seq } from "../../../domain/Seq.ts"
import type { UserId } from "../../../domain/User.ts"
import type { Reader } from "../../../history/HistoryShape.ts"
import type { ChannelCommandOf } from "../ChannelCommand.ts"

/** Where more users are present, how far one has read is told to that user's own sessions only. */
const maxReadersTold = 32

/** Each user once, as far as it has read. */
export const readersIn = (commands: ReadonlyArray<ChannelCommandOf<"Read">>): ReadonlyArray<Reader> => {
  const furthest = new Map<UserId, Seq>()
  for (const { by, seq } of commands) {
    if (seq >= (furthest.get(by.user.id) ?? 0)) furthest.set(by.user.id, seq)
  }
  return [...furthest].map(([user, read]) => ({ user, read }))
}

/** Users of whom it is remembered what the others were told, at least. */
const rememberedReaders = 512

/** How far the others were told that each user has read: they are not told the same again. */
export class ReadersTold {
  private readonly told = new Generations<UserId, Seq>(rememberedReaders)

  /** Whether the others are to be told now; `present` is how many users are. */
  isToBe(user: UserId, read: Seq, present: number): boolean {
    if (present > maxReadersTold || this.told.get(user) === read) return false
    this.told.set(user, read)
    return true
  }
}

import type { RequestError } from "../../domain/RequestError.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { TransferId } from "../../domain/TransferId.ts"
import type { Username } from "../../domain/Username.ts"

/** What a session is told of a transfer that it has a part in. */
export type TransferNotice =
  /** To whoever offered the file and to whoever takes it. An offer that nobody was shown has no id. */
  | { readonly type: "Answered"; readonly transfer: TransferId | null; readonly accept: boolean }
  | {
      readonly type: "Chunk"
      readonly transfer: TransferId
      readonly chunk: number
      readonly data: ReadonlyArray<number>
    }
  | { readonly type: "Completed"; readonly transfer: TransferId; readonly success: boolean }
  | { readonly type: "Failed"; readonly error: RequestError }

/** A session that offers files, or is shown what others offer. */
export interface Party {
  readonly session: SessionId
  readonly name: Username
  /** Whether it is in the channel in which files are offered. */
  readonly isHere: () => boolean
  /** Tells it something right away. */
  readonly tell: (notice: TransferNotice) => void
  /** Gives it something below all that is said. False where there is no room for that now. */
  readonly give: (notice: TransferNotice) => boolean
  /** Runs this once when all that was given has left; never where the session takes nothing any more. */
  readonly whenLeft: (run: () => void) => void
}

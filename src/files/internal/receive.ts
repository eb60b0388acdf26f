/** Takes in what comes of a file: in pieces that are written together, each safe before more is told to be. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RequestError } from "../../domain/RequestError.ts"
import type { FileRecord } from "../FileRecord.ts"
import type { FileRecordsShape } from "../FileRecordsShape.ts"
import type { FileStoreShape } from "../FileStoreShape.ts"
import type { Incoming } from "../FilesShape.ts"
import { tooMuch } from "../refusals.ts"
import { noSuchFile, orAnew, stored } from "./errors.ts"
import type { Hashing } from "./Hashing.ts"

/** Bytes that are written together: what an upload holds in memory here. */
const together = 1024 * 1024

/** Bytes that are made safe together where nobody waits to be told: a disk takes as long for one mebibyte as for many. */
const unheard = 16 * together

interface Options {
  readonly store: FileStoreShape
  readonly records: FileRecordsShape
  readonly file: FileRecord
  readonly incoming: Incoming
  readonly hashing: Hashing | undefined
  /** When the upload expires unless more comes than now. */
  readonly expiresAt: Effect.Effect<number>
}

/** Succeeds with how many bytes are safe now. Where it fails, those before are. */
export const receive = Effect.fnUntraced(function* ({
  expiresAt,
  file,
  hashing,
  incoming,
  records,
  store,
}: Options): Effect.fn.Return<number, RequestError> {
  let received = incoming.offset
  const { gathered = false, verify } = incoming
  // One room for all that comes, however small its pieces: kept one by one they would have the garbage collector walk the
  // whole heap for every few mebibytes of a file.
  const room = Buffer.allocUnsafeSlow(gathered ? 0 : Math.max(0, Math.min(together, file.size - incoming.offset)))
  let held = 0

  const note = (to: number): Effect.Effect<void, RequestError> =>
    expiresAt.pipe(
      Effect.flatMap((expiresAt) => records.change(file.id, { received: to, expiresAt })),
      (writing) => stored("note a file", writing),
      Effect.flatMap((isThere) =>
        // It was cancelled, or expired: so go its bytes.
        isThere ? Effect.void : Effect.andThen(Effect.ignore(store.drop(file.id)), Effect.fail(noSuchFile())),
      ),
    )

  const waits = incoming.received !== undefined && verify === undefined
  let safe = received

  const write = (bytes: Uint8Array, last: boolean): Effect.Effect<void, RequestError> => {
    const [from, to] = [received, received + bytes.length]
    const later = !last && !waits && to - safe < unheard
    // While the disk is at it there is time for the hash. Where that is ahead of what was stored, it is made anew.
    const hashed = Effect.sync(() => hashing?.add(bytes))
    return Effect.all([store.append(file.id, from, [bytes], later), hashed], { concurrency: 2, discard: true }).pipe(
      orAnew(records, file.id),
      (writing) => stored("store a file", writing),
      // What may be wrong altogether stays beyond what has been received, and is written over.
      Effect.andThen(later ? Effect.void : note(verify === undefined ? to : incoming.offset)),
      Effect.map(() => {
        received = to
        if (later) return
        safe = to
        if (verify === undefined) incoming.received?.(to)
      }),
      // What is written is also noted.
      Effect.uninterruptible,
    )
  }

  const flush = (last: boolean): Effect.Effect<void, RequestError> =>
    Effect.suspend(() => {
      if (held === 0 && safe === received) return Effect.void
      const bytes = room.subarray(0, held)
      held = 0
      return write(bytes, last)
    })

  /** Takes what there is room for, and writes whenever there is none. */
  const take = (piece: Uint8Array): Effect.Effect<void, RequestError> => {
    const taken = piece.subarray(0, room.length - held)
    room.set(taken, held)
    held += taken.length
    if (held < room.length) return Effect.void
    return taken.length === piece.length
      ? flush(false)
      : Effect.andThen(
          flush(false),
          Effect.suspend(() => take(piece.subarray(taken.length))),
        )
  }

  const taking = Stream.runForEach(incoming.bytes, (piece) => {
    if (piece.length === 0) return Effect.void
    return received + held + piece.length > file.size
      ? Effect.fail(tooMuch(file.size))
      : gathered
        ? write(piece, false)
        : take(piece)
  })
  // Whoever is cut off goes on behind what it has sent, not behind what was written by chance.
  yield* Effect.onError(taking, () => Effect.ignore(flush(true)))
  yield* flush(true)
  if (verify !== undefined) {
    yield* verify
    yield* note(received)
    incoming.received?.(received)
  }
  return received
})

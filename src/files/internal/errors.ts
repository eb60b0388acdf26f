/** Why a file is not taken. */
import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import * as StoreTrouble from "../../domain/StoreTrouble.ts"
import type { HistoryError } from "../../history/HistoryError.ts"
import type { FileId } from "../../domain/FileId.ts"
import type { FileRecordsShape } from "../FileRecordsShape.ts"
import { FileStoreError } from "../FileStoreError.ts"
import { wrongOffset } from "../refusals.ts"

const mebibytes = (bytes: number): string => `${Number((bytes / 1024 / 1024).toFixed(1))} MiB`

export const tooLarge = (size: number, atMost: number) =>
  new RequestError({
    reason: "FileTooLarge",
    field: "size",
    detail: `The file has ${mebibytes(size)}, at most ${mebibytes(atMost)} are allowed`,
  })

export const overQuota = (size: number, left: number) =>
  new RequestError({
    reason: "FileQuota",
    field: "size",
    detail: `The file has ${mebibytes(size)}, and there is room for ${mebibytes(Math.max(0, left))} more of yours: delete messages with files`,
  })

export const tooManyUploads = () => new RequestError({ reason: "TooManyUploads" })

export const isWhole = () => new RequestError({ reason: "WrongOffset", detail: "The file has come already" })

export const noSuchFile = () => new RequestError({ reason: "NoSuchFile", field: "file" })

export const otherHash = () =>
  new RequestError({
    reason: "HashMismatch",
    detail: "What has come is not what was announced: the file has changed, or was damaged on its way. Send it anew",
  })

export const infected = () =>
  new RequestError({ reason: "FileRefused", detail: "The scanner found something harmful in the file" })

export const unsure = () =>
  new RequestError({ reason: "Unavailable", detail: "The file could not be scanned: try again later" })

/** A draft that has not what was acknowledged, as after a backup was brought back without it, begins anew. */
export const orAnew =
  (records: FileRecordsShape, id: FileId) =>
  <A, E>(using: Effect.Effect<A, E | FileStoreError>): Effect.Effect<A, E | FileStoreError | RequestError> =>
    Effect.catchIf(
      using,
      (error): error is E & FileStoreError => error instanceof FileStoreError && error.lost === true,
      (error) =>
        Effect.flatMap(records.change(id, { received: 0 }), (isThere) =>
          isThere
            ? Effect.andThen(
                Effect.logWarning(`the bytes of the file ${id} that had come are not there any more`, error),
                Effect.fail(wrongOffset(0)),
              )
            : Effect.fail(noSuchFile()),
        ),
    )

/** A port that failed, as a request is refused for it. */
export const stored = <A, R>(
  what: string,
  effect: Effect.Effect<A, FileStoreError | HistoryError | RequestError, R>,
): Effect.Effect<A, RequestError, R> =>
  Effect.catchIf(
    effect,
    (error) => !(error instanceof RequestError),
    (error) => Effect.andThen(Effect.logError(`the service could not ${what}`, error), failed(error)),
  )

export const failed = (error: FileStoreError | HistoryError): Effect.Effect<never, RequestError> =>
  Effect.fail(StoreTrouble.unavailable(error.trouble))

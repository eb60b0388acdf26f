/** Errors of both catalogs as version 2 writes them, and the way back. */
import * as Duration from "effect/Duration"
import type { Disconnect } from "../../domain/Disconnect.ts"
import type { FileId } from "../../domain/FileId.ts"
import { catalog, RequestError, type RequestErrorReason } from "../../domain/RequestError.ts"
import type { ServerFrameOf } from "./ServerFrame.ts"

/** Milliseconds, rounded up: a client that waits that long must not be too early. */
const milliseconds = (duration: Duration.Duration): number => Math.ceil(Duration.toMillis(duration))

/** A request that failed, as a frame. */
export const errorFrame = (error: RequestError, ref: number | undefined): ServerFrameOf<"Error"> => {
  const { code, retryable } = catalog[error.reason]
  return {
    type: "Error",
    ...(ref === undefined ? {} : { ref }),
    code,
    name: error.reason,
    message: error.message,
    retryable,
    ...(error.retryAfter === undefined ? {} : { retry_after: milliseconds(error.retryAfter) }),
    ...(error.field === undefined ? {} : { field: error.field }),
  }
}

/** What a client makes of it. A code from a newer server counts as `Internal` and keeps its message. */
export const fromErrorFrame = (frame: ServerFrameOf<"Error">): RequestError =>
  new RequestError({
    reason: Object.hasOwn(catalog, frame.name) ? (frame.name as RequestErrorReason) : "Internal",
    detail: frame.message,
    field: frame.field,
    retryAfter: frame.retry_after === undefined ? undefined : Duration.millis(frame.retry_after),
  })

type FileFailure = ServerFrameOf<"UploadFailed" | "DownloadFailed">

/** A file cannot be sent or read on, as a frame. */
export const fileFailure = <const Type extends FileFailure["type"]>(
  type: Type,
  file: FileId,
  error: RequestError,
): ServerFrameOf<Type> => {
  const { code, retryable } = catalog[error.reason]
  return {
    type,
    file,
    code,
    reason: error.reason,
    message: error.message,
    retryable,
    ...(error.retryAfter === undefined ? {} : { retry_after: milliseconds(error.retryAfter) }),
  } as const as unknown as ServerFrameOf<Type>
}

export const fromFileFailure = ({ message, reason, retry_after }: FileFailure): RequestError =>
  new RequestError({
    reason: Object.hasOwn(catalog, reason) ? (reason as RequestErrorReason) : "Internal",
    detail: message,
    retryAfter: retry_after === undefined ? undefined : Duration.millis(retry_after),
  })

/** The end of a session, as a frame. */
export const disconnectFrame = (disconnect: Disconnect): ServerFrameOf<"Disconnect"> => ({
  type: "Disconnect",
  code: disconnect.code,
  reason: disconnect.reason,
  message: disconnect.message,
  reconnect: disconnect.reconnect,
  ...(disconnect.reconnectWithin === undefined ? {} : { reconnect_within: milliseconds(disconnect.reconnectWithin) }),
})

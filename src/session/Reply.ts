import * as Duration from "effect/Duration"
import type { Disconnect } from "../domain/Disconnect.ts"
import type { FrameError } from "../protocol/FrameError.ts"
import { RequestError } from "../domain/RequestError.ts"
import { disconnectFrame, errorFrame } from "../protocol/v2/ErrorFrame.ts"
import type { Session } from "./Session.ts"

/** Done, where there is nothing more to say. */
export const ok = (session: Session, ref: number | undefined): void =>
  session.tell2({ type: "Ok", ...(ref === undefined ? {} : { ref }) })

/** A request failed; the session goes on. */
export const requestError = (session: Session, error: RequestError, ref: number | undefined): void => {
  session.tell2(errorFrame(error, ref))
  session.tell1({ type: "Error", code: error.status, message: error.message })
}

/** Bytes that were no frame, where the session can go on. */
export const malformed = (session: Session, error: FrameError): void =>
  requestError(
    session,
    new RequestError({ reason: "InvalidFrame", detail: error.message, field: error.field }),
    error.ref,
  )

/** Too many frames of whatever kind. */
export const rateLimited = (wait: number): RequestError =>
  new RequestError({ reason: "RateLimited", retryAfter: Duration.millis(wait) })

/** The last frame of a session: why it ends. */
export const goodbye = (session: Session, disconnect: Disconnect): Uint8Array => {
  const { encoding } = session
  if (encoding.version === 2) return encoding.encode(disconnectFrame(disconnect))
  const { message, reason, status } = disconnect
  // The bare five messages have no `Error`, the chat protocol has no `Disconnect`.
  const bare = session.connected && session.identity === undefined
  return encoding.encode(
    bare || reason === "Goodbye" ? { type: "Disconnect", reason: message } : { type: "Error", code: status, message },
  )
}

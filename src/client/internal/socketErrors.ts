/**
 * The errors of `effect/socket/Socket`, for the client's own sockets: in that module they are schemas, and with them a page
 * would have all of `effect/Schema`.
 */
import * as Data from "effect/Data"
import type * as Socket from "effect/socket/Socket"

class SocketOpenError extends Data.TaggedError("SocketOpenError")<{
  readonly kind: "Unknown"
  readonly cause: unknown
}> {
  override get message() {
    return "An error occurred during Open" as const
  }
}

class SocketReadError extends Data.TaggedError("SocketReadError")<{ readonly cause: unknown }> {
  override readonly message = "An error occurred during Read"
}

class SocketWriteError extends Data.TaggedError("SocketWriteError")<{ readonly cause: unknown }> {
  override readonly message = "An error occurred during Write"
}

class SocketCloseError extends Data.TaggedError("SocketCloseError")<{
  readonly code: number
  readonly closeReason?: string | undefined
}> {
  override get message() {
    return this.closeReason ? `${this.code}: ${this.closeReason}` : `${this.code}`
  }
}

class SocketUpgradeError extends Data.TaggedError("SocketUpgradeError")<{ readonly cause?: unknown }> {
  override get message() {
    return "Socket does not support TLS upgrade" as const
  }
}

class SocketError extends Data.TaggedError("SocketError")<{ readonly reason: Socket.SocketErrorReason }> {
  readonly ["~effect/socket/Socket/SocketError"] = "~effect/socket/Socket/SocketError"
  override get message() {
    return this.reason.message
  }
}

const because = (reason: Socket.SocketErrorReason): Socket.SocketError => new SocketError({ reason })

export const notOpened = (cause: unknown) => because(new SocketOpenError({ kind: "Unknown", cause }))
export const notRead = (cause: unknown) => because(new SocketReadError({ cause }))
export const notWritten = (cause: unknown) => because(new SocketWriteError({ cause }))
export const closed = (code: number, closeReason?: string) => because(new SocketCloseError({ code, closeReason }))
export const notUpgraded = () => because(new SocketUpgradeError({}))

import * as Data from "effect/Data"

const messages = {
  Refused: "nothing listens there",
  UnknownHost: "there is no host of this name",
  Unreachable: "the host cannot be reached",
  Timeout: "no answer in time",
  Closed: "the connection was closed before anything was said",
  NotNatter: "what answers there does not speak this protocol",
  OldServer: "the server speaks only version 1 of the protocol",
} as const

/** Why no connection could be opened. Why an open one has ended is a `Disconnect`. */
export class ConnectError extends Data.TaggedError("ConnectError")<{
  readonly reason: keyof typeof messages
  readonly cause?: unknown
}> {
  override get message(): string {
    return messages[this.reason]
  }
}

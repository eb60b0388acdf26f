import * as Duration from "effect/Duration"
import { catalog, Disconnect, type DisconnectReason } from "../../domain/Disconnect.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"

/** A reason that only a newer server knows becomes one with the same consequence, and keeps its message. */
export const fromDisconnect = (frame: ServerFrameOf<"Disconnect">): Disconnect =>
  new Disconnect({
    reason:
      frame.reason in catalog
        ? (frame.reason as DisconnectReason)
        : frame.reconnect
          ? "Internal"
          : "UnsupportedVersion",
    detail: frame.message,
    reconnectWithin: frame.reconnect_within === undefined ? undefined : Duration.millis(frame.reconnect_within),
  })

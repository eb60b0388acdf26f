import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Disconnect } from "../domain/Disconnect.ts"
import { RequestError } from "../domain/RequestError.ts"
import type { ConnectReply, ConnectRequest } from "../protocol/Connect.ts"
import type { Encoding } from "../protocol/Encoding.ts"
import { negotiate } from "../protocol/Negotiation.ts"
import * as Version from "../protocol/Version.ts"
import type { Session } from "./Session.ts"

/** Negotiates version, codec and compression. The answer is to be the last frame in the encoding that was spoken so far. */
export const connect = (
  session: Session,
  frame: ConnectRequest,
): Effect.Effect<{ readonly reply: ConnectReply; readonly encoding: Encoding }, RequestError | Disconnect> => {
  if (session.caller !== undefined) return Effect.fail(new RequestError({ reason: "AlreadyAuthenticated" }))
  if (session.connected) return Effect.fail(new RequestError({ reason: "UnexpectedFrame" }))
  const { settings } = session.services
  const { agreed, framing } = session.connection
  if (agreed?.codec === "protobuf") return Effect.fail(new RequestError({ reason: "UnexpectedFrame" }))
  // What was opened for a version and codec has its own way to compress, or none.
  const compressor = agreed === undefined ? settings.compressor : undefined
  const outcome = negotiate(frame, { agreed, compressor, framing })
  session.connected = true
  session.bare = true
  if ("unsupported" in outcome) {
    return Effect.fail(new Disconnect({ reason: "UnsupportedVersion", detail: outcome.unsupported }))
  }
  const { capabilities, encoding } = outcome
  const { version } = encoding
  const reply = { type: "Connect", client_id: frame.client_id, version: Version.format(version) } as const
  return Effect.succeed({
    encoding,
    reply:
      version === 1
        ? reply
        : {
            ...reply,
            codec: encoding.codec,
            compression: encoding.compression,
            capabilities,
            max_frame_bytes: settings.maxFrameBytes,
            ping_after: Duration.toMillis(settings.pingAfter),
            pong_within: Duration.toMillis(settings.pongWithin),
          },
  })
}

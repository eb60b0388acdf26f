import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ConnectRequest } from "../../protocol/Connect.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import { negotiate } from "../../protocol/Negotiation.ts"
import { RequestError } from "../../domain/RequestError.ts"
import * as Version from "../../protocol/Version.ts"
import { forStranger } from "../Command.ts"

/** Negotiates version, codec and compression; the answer is the last frame in the old ones. */
export const connect = forStranger<ConnectRequest>((session, frame) => {
  if (session.connected) return Effect.fail(new RequestError({ reason: "UnexpectedFrame" }))
  const { settings } = session.with
  const outcome = negotiate(frame, { compressor: settings.compressor, framing: session.connection.framing })
  session.connected = true
  if ("unsupported" in outcome) {
    return Effect.fail(new Disconnect({ reason: "UnsupportedVersion", detail: outcome.unsupported }))
  }
  const { capabilities, encoding } = outcome
  const { version } = encoding
  const reply = { type: "Connect", client_id: frame.client_id, version: Version.format(version) } as const
  session.tell1(
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
  )
  session.encoding = encoding
  return Effect.void
})

/** The first exchange on a connection: the version, and how long the server may be silent. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ConnectReply, ConnectRequest } from "../../protocol/Connect.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import * as Encoding from "../../protocol/ClientEncoding.ts"
import { bare, type Framing, MessageReader } from "../../protocol/Framing.ts"
import * as Version from "../../protocol/Version.ts"
import { maxFrameBytes } from "../../domain/Limits.ts"
import { ConnectError } from "../ConnectError.ts"
import type { CodecName } from "../CodecName.ts"
import { fromDisconnect } from "./fromDisconnect.ts"
import { type Link, maxFrameBytes as maxBodyBytes } from "./Link.ts"
import type { Manner } from "./Manner.ts"
import type { Terms } from "./Terms.ts"

const version = Version.format(2)

/** What a client of version 2 says first. */
export const request = (clientId: string, codec: CodecName): ConnectRequest => ({
  type: "Connect",
  client_id: clientId,
  version,
  min_version: version,
  codecs: [codec],
  capabilities: ["typing", "status", "resume"],
})

/** The body of the server's first frame. */
export const firstBody = ({ certificateRefused, take }: Link): Effect.Effect<Uint8Array, ConnectError | Disconnect> =>
  Effect.mapError(take, (disconnect) => {
    switch (disconnect.reason) {
      case "ConnectionLost":
        return new ConnectError({ reason: certificateRefused() ? "CertificateRefused" : "Closed", cause: disconnect })
      case "MalformedFrame":
      case "FrameTooLarge":
        return new ConnectError({ reason: "NotNatter", cause: disconnect })
      default:
        return disconnect
    }
  })

/** Over a transport of messages version and codec are agreed on while dialling: here only the terms are asked for. */
const askForTerms = Effect.fnUntraced(function* (
  link: Link,
  clientId: string,
  codec: CodecName,
): Effect.fn.Return<Terms, ConnectError | Disconnect> {
  const opening = Encoding.opening2(codec, undefined, bare)
  yield* link.write(opening.encode(request(clientId, codec)))
  const answer = Result.getOrUndefined(opening.decode(yield* firstBody(link)))
  switch (answer?.type) {
    case "Connect":
      return terms(answer, codec, bare)
    case "Disconnect":
      return yield* fromDisconnect(answer)
    default:
      return yield* new ConnectError({ reason: "NotNatter" })
  }
})

/** What the server has said to that. */
export const terms = (reply: ConnectReply, codec: CodecName, framing: Framing): Terms => ({
  encoding: Encoding.client2(reply.codec ?? codec, undefined, framing),
  maxFrameBytes: reply.max_frame_bytes ?? maxFrameBytes,
  resumes: reply.capabilities?.includes("resume") === true,
  // The server pings after `ping_after`: in half of the time for the answer its ping has come.
  silence:
    reply.ping_after === undefined || reply.pong_within === undefined
      ? undefined
      : {
          pingAfter: Duration.millis(reply.ping_after + reply.pong_within / 2),
          pongWithin: Duration.millis(reply.pong_within / 2),
        },
})

/** Over a transport of messages each of them is the body of a frame, and there is no version 1. */
export const messages: Manner = { reader: () => new MessageReader(maxBodyBytes), handshake: askForTerms }

/** The first exchange on a connection: the version, and how long the server may be silent. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ConnectReply, ConnectRequest } from "../../protocol/Connect.ts"
import { catalog, Disconnect, type DisconnectReason } from "../../domain/Disconnect.ts"
import * as Encoding from "../../protocol/Encoding.ts"
import { bare, type Framing, lengthPrefixed } from "../../protocol/Framing.ts"
import * as Version from "../../protocol/Version.ts"
import { maxFrameBytes } from "../../domain/Limits.ts"
import { ConnectError } from "../ConnectError.ts"
import type { CodecName } from "../Dialer.ts"
import { fromDisconnect } from "./fromDisconnect.ts"
import type { Link } from "./Link.ts"

/** What client and server have agreed on. */
export interface Terms {
  readonly encoding: Encoding.ClientEncoding2
  /** Bytes of the largest frame the server reads. */
  readonly maxFrameBytes: number
  /** Whether the server takes what a client says that comes back: which channel it means, and how old a wish is. */
  readonly resumes: boolean
  /** How long the server may be silent before it is asked, and then; undefined where it does not say. */
  readonly silence: { readonly pingAfter: Duration.Duration; readonly pongWithin: Duration.Duration } | undefined
}

const version = Version.format(2)

const request = (clientId: string, codec: CodecName): ConnectRequest => ({
  type: "Connect",
  client_id: clientId,
  version,
  min_version: version,
  codecs: [codec],
  capabilities: ["typing", "status", "resume"],
})

/** The body of the server's first frame. */
const firstBody = ({ certificateRefused, take }: Link): Effect.Effect<Uint8Array, ConnectError | Disconnect> =>
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

/** Over a byte stream a connection begins in version 1. */
const negotiate = Effect.fnUntraced(function* (
  link: Link,
  clientId: string,
  codec: CodecName,
): Effect.fn.Return<Terms, ConnectError | Disconnect> {
  yield* link.write(Encoding.client1.encode(request(clientId, codec)))
  const answer = Result.getOrUndefined(Encoding.client1.decode(yield* firstBody(link)))
  switch (answer?.type) {
    case "Connect":
      return Version.parse(answer.version) === 2
        ? terms(answer, "json", lengthPrefixed)
        : yield* new ConnectError({ reason: "OldServer" })
    case "Error":
      return yield* refusal(answer.message, answer.code)
    case "Disconnect":
      return yield* new Disconnect({
        reason: disconnectReason(answer.reason) ?? "UnsupportedVersion",
        detail: answer.reason,
      })
    // Any other frame, or none that can be read.
    default:
      return yield* new ConnectError({ reason: "NotNatter" })
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

export const handshake = (
  link: Link,
  clientId: string,
  codec: CodecName,
): Effect.Effect<Terms, ConnectError | Disconnect> =>
  (link.carries === "stream" ? negotiate : askForTerms)(link, clientId, codec)

const terms = (reply: ConnectReply, codec: CodecName, framing: Framing): Terms => ({
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

const reasons = Object.keys(catalog) as Array<DisconnectReason>

/** The reason that a message of version 1 stands for. */
export const disconnectReason = (message: string): DisconnectReason | undefined =>
  reasons.find((reason) => catalog[reason].message === message)

/** With these statuses a server says that it does not know `Connect`, or wants a login first. */
const statusesOfOldServers = [400, 401, 404, 405, 422, 501]

/** Before a version is agreed on, a server refuses as in version 1: with a status and a message. */
const refusal = (message: string, status: number): ConnectError | Disconnect => {
  const known = disconnectReason(message)
  if (known !== "UnsupportedVersion" && statusesOfOldServers.includes(status))
    return new ConnectError({ reason: "OldServer" })
  const reason = known ?? (status >= 500 ? "Internal" : "UnsupportedVersion")
  return new Disconnect({ reason, detail: message })
}

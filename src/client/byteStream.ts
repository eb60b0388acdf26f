/** Over a byte stream frames have their length in front, a connection begins in version 1, and may stay in it. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Disconnect } from "../domain/Disconnect.ts"
import * as Encoding from "../protocol/Encoding.ts"
import { Deframer, lengthPrefixed } from "../protocol/Framing.ts"
import * as Version from "../protocol/Version.ts"
import type { CodecName } from "./CodecName.ts"
import { ConnectError } from "./ConnectError.ts"
import { disconnectReason } from "./internal/errors1.ts"
import { firstBody, request, terms } from "./internal/handshake.ts"
import { type Link, maxFrameBytes } from "./internal/Link.ts"
import type { Manner } from "./internal/Manner.ts"
import * as Session1 from "./internal/session1.ts"
import type { Terms } from "./internal/Terms.ts"

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

export const byteStream: Manner = {
  reader: () => new Deframer(maxFrameBytes),
  handshake: negotiate,
  version1: Session1.make,
}

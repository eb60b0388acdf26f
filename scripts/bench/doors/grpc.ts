import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf"
import { SessionRequestSchema, SessionResponseSchema } from "../../../src/grpc/generated/natter/v1/chat_pb.ts"
import { contentOf, memberName } from "../Message.ts"
import { markIn, type Wire } from "./Wire.ts"

const channel = "bench"

const enveloped = (message: Uint8Array): Buffer => {
  const bytes = Buffer.allocUnsafe(5 + message.length)
  bytes[0] = 0
  bytes.writeUInt32BE(message.length, 1)
  bytes.set(message, 5)
  return bytes
}
const request = (frame: MessageInitShape<typeof SessionRequestSchema>): Buffer =>
  enveloped(toBinary(SessionRequestSchema, create(SessionRequestSchema, frame)))

/** The field of a message, which is the first of its response: the events have no number. */
const messageTag = (8 << 3) | 2

export const grpc: Wire = {
  isStream: true,
  signIn: (index) =>
    request({ ref: 1n, frame: { case: "login", value: { username: memberName(index), password: "x" } } }),
  join: request({ ref: 2n, frame: { case: "join", value: { channel } } }),
  publish: (sender, sequence) =>
    request({
      ref: BigInt(sequence + 3),
      frame: {
        case: "publish",
        value: { channel, id: `${sender}-${sequence}`, content: contentOf(sender, sequence) },
      },
    }),
  endOf: (bytes, at) => {
    if (at + 5 > bytes.length) return 0
    const end = at + 5 + bytes.readUInt32BE(at + 1)
    return end > bytes.length ? 0 : end
  },
  take: (bytes, at, end, heard) => {
    if (bytes[at + 5] === messageTag) return heard.delivered(bytes, markIn(bytes, at))
    const { frame } = fromBinary(SessionResponseSchema, bytes.subarray(at + 5, end))
    if (frame.case === "loggedIn") heard.signedIn()
    else if (frame.case === "joined") heard.joined()
    else if (frame.case === "error" || frame.case === "disconnect") heard.fail(JSON.stringify(frame.value.message))
  },
}

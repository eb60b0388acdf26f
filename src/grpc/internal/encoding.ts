/** What is spoken in a session over gRPC: version 2, in Protocol Buffers. All sessions share it, and with it what is told. */
import * as Result from "effect/Result"
import type { ProtobufEncoding } from "../../protocol/Encoding.ts"
import { FrameError } from "../../protocol/FrameError.ts"
import * as Client from "../../protocol/v2/ClientFrame.ts"
import * as Request from "../../protocol/v2/Request.ts"
import { SessionRequestSchema, SessionResponseSchema } from "../generated/natter/v1/chat_pb.ts"
import { envelope, enveloped } from "./Envelope.ts"
import * as Frames from "./frames.ts"

const requests = Frames.shapeOf(SessionRequestSchema)
const responses = Frames.shapeOf(SessionResponseSchema)

/** Frames that nobody answers have no number. */
const withoutRef = new Set<string>(
  Client.all.flatMap(({ fields }): Array<string> => ("ref" in fields ? [] : [fields.type.literal])),
)

const invalid = (message: string): FrameError => new FrameError({ kind: "InvalidField", message })

const lists = new WeakMap<object, Uint8Array>()

const join = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const [only] = pieces
  return pieces.length === 1 ? only! : Buffer.concat(pieces)
}

const encode: ProtobufEncoding["encode"] = (frame) => enveloped(Frames.encode(responses, frame))

export const encoding: ProtobufEncoding = {
  version: 2,
  codec: "protobuf",
  compression: null,
  framing: envelope,
  encode,
  encodeAll: (frames) => join(frames.map(encode)),
  encodeWithList: (frame, field) => {
    const list = frame[field] as ReadonlyArray<unknown>
    const known = lists.get(list) ?? Frames.encodeList(responses, frame.type, field, list)
    lists.set(list, known)
    return enveloped(Frames.encode(responses, { ...frame, [field]: undefined }, known))
  },
  decode: (body) => {
    let plain: Record<string, unknown>
    try {
      plain = Frames.decode(requests, body)
    } catch {
      return Result.fail(new FrameError({ kind: "InvalidProtobuf", message: "this is no natter.v1.SessionRequest" }))
    }
    const { ref, type, ...fields } = plain
    if (typeof type !== "string") return Result.fail(invalid("a request has to have one of the frames"))
    const numbered = ref === undefined || withoutRef.has(type) ? fields : { ref, ...fields }
    return Request.make(type as Client.ClientFrame["type"], numbered as never)
  },
}

/** A request as it would have come. */
export const authenticate = (token: string): Uint8Array =>
  enveloped(Frames.encode(requests, { type: "Authenticate", token }))

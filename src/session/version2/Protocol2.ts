/** Version 2, in one encoding. */
import * as Effect from "effect/Effect"
import { channelOfInvite } from "../../chat/acceptInvite.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect, keyOf, nameOf } from "../../domain/Direct.ts"
import type { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { type Encoding2, type ProtobufEncoding, readConnect } from "../../protocol/Encoding.ts"
import { disconnectFrame, errorFrame } from "../../protocol/v2/ErrorFrame.ts"
import type { ClientFrame } from "../../protocol/v2/ClientFrame.ts"
import type { ServerFrame } from "../../protocol/v2/ServerFrame.ts"
import * as render from "../../protocol/v2/render.ts"
import { bytesRenderer } from "../bytesRenderer.ts"
import { connect } from "../connect.ts"
import type { Handler, HandlerResult } from "../Handler.ts"
import type { Protocol } from "../Protocol.ts"
import type { Session } from "../Session.ts"
import { countsByItself } from "./files/handlers.ts"
import * as Handlers from "./handlers.ts"
import type { Tell } from "./Tell.ts"

/** What is done before anything else of the session is read: it says who one is, or is of a file that is on its way. */
const inTurn = new Set<ClientFrame["type"]>([
  "Login",
  "Authenticate",
  "Ping",
  "Pong",
  "Disconnect",
  "UploadChunk",
  "FileAck",
  "CloseDownload",
])

const laneOfChannel = (channel: ChannelName): string => (isDirect(channel) ? keyOf(channel) : channel)

/** In which lane a request waits; undefined where it is done in the turn of whoever reads. */
const laneOf = (session: Session, frame: ClientFrame): string | undefined => {
  if (inTurn.has(frame.type)) {
    // Closed before it is open it would be open for ever.
    return frame.type === "CloseDownload" && !session.waitsForNothing ? session.lanes.laneOfFile(frame.file) : undefined
  }
  // Both are of the conversation with somebody.
  if (frame.type === "Block" || frame.type === "Unblock") return laneOfChannel(nameOf({ name: frame.username }))
  const channel = "channel" in frame ? frame.channel : undefined
  // No channel is called so.
  return channel === undefined ? ` ${frame.type}` : laneOfChannel(channel)
}

const inLane = (
  { lanes }: Session,
  lane: string,
  frame: ClientFrame,
  bytes: number,
  work: Effect.Effect<void, Disconnect>,
): Effect.Effect<void> =>
  lanes.add(lane, bytes, work, {
    also: frame.type === "RenameChannel" ? laneOfChannel(frame.name) : undefined,
    opens: frame.type === "Download" ? frame.file : undefined,
  })

export const make = (encoding: Encoding2 | ProtobufEncoding): Protocol<Session> => {
  const tell: Tell = {
    answer: (session, frame) => session.tell(encoding.encode(frame)),
    inOrder: (session, frame) => session.tellInOrder(encoding.encode(frame)),
    failure: (session, error, ref) => {
      session.services.meter.requestErrors.add(error.reason)
      session.tell(encoding.encode(errorFrame(error, ref)))
    },
    encode: (frame, memory) => (memory === undefined ? encoding.encode(frame) : encoding.encodeAll([frame], memory)),
  }
  const handlers = Handlers.make(tell)
  // What both can say here is all the same.
  const { encodeWithList } = encoding as Encoding2

  /**
   * A session that began in this version need not start with `Connect`, but may: the answer has the terms, and what else
   * was asked for.
   */
  const opening = (session: Session, body: Uint8Array): Effect.Effect<void, Disconnect | RequestError> | undefined => {
    if (session.connected || session.caller !== undefined || encoding.codec === "protobuf") return undefined
    const request = readConnect(encoding.codec, body)
    if (request === undefined) return undefined
    return Effect.map(connect(session, request), (agreed) => {
      session.tell(encoding.encode(agreed.reply))
      session.bare = false
      session.protocol = session.services.protocolOf(agreed.encoding)
    })
  }

  /** Tells the answer, also where it is no. `limit` names what limits it. */
  const answered = (
    session: Session,
    frame: ClientFrame,
    handled: HandlerResult,
    limit: ClientFrame["type"] | "frames" = frame.type,
  ): Effect.Effect<void, Disconnect> =>
    Effect.catchTag(handled, "RequestError", (error) =>
      Effect.sync(() => {
        session.refused(error, limit)
        tell.failure(session, error, "ref" in frame ? frame.ref : undefined)
      }),
    )

  const malformed = (session: Session, error: RequestError, ref: number | undefined): Effect.Effect<void> => {
    session.violation()
    return Effect.sync(() => tell.failure(session, error, ref))
  }

  return {
    encoding,
    renderer: bytesRenderer<ServerFrame>(false, encoding, render.event),
    handle: (session, body) => {
      const decoded = encoding.decode(body)
      if (decoded._tag === "Failure") {
        const { field, kind, message: detail, ref } = decoded.failure
        const opened = kind === "UnknownType" ? opening(session, body) : undefined
        if (opened !== undefined)
          return Effect.catchTag(opened, "RequestError", (error) => malformed(session, error, ref))
        return malformed(session, new RequestError({ reason: "InvalidFrame", detail, field }), ref)
      }
      const frame = decoded.success
      const limited = countsByItself(frame.type) ? undefined : session.overLimit()
      // The table has a handler of its type for each frame.
      const handler = handlers[frame.type] as Handler<ClientFrame>
      if (limited !== undefined) return answered(session, frame, Effect.fail(limited), "frames")
      if (frame.type === "AcceptInvite" && session.caller !== undefined) {
        // To which channel it leads is looked up before more is read: what comes behind it may be meant for that. When its
        // turn comes it is looked up again: by then the channel may be called otherwise.
        return Effect.flatMap(channelOfInvite(session.services.chat, frame.code), (channel) => {
          const lane = channel === undefined ? ` ${frame.type}` : laneOfChannel(channel)
          const work = Effect.suspend(() => answered(session, frame, handler(session, frame)))
          return inLane(session, lane, frame, body.byteLength, work)
        })
      }
      // Nearly always: nothing waits, nor has this to.
      const waits = !session.waitsForNothing
      const busy = waits ? laneOf(session, frame) : undefined
      if (busy !== undefined && session.lanes.has(busy)) {
        const behind = Effect.suspend(() => answered(session, frame, handler(session, frame)))
        return inLane(session, busy, frame, body.byteLength, behind)
      }
      const handled = handler(session, frame)
      if (handled === Effect.void) return Effect.void
      const work = answered(session, frame, handled)
      // Whoever leaves gets the answers to what it has asked for.
      if (waits && frame.type === "Disconnect") return Effect.andThen(session.lanes.idle, work)
      const lane = laneOf(session, frame)
      return lane === undefined ? work : inLane(session, lane, frame, body.byteLength, work)
    },
    isExclusive: () => false,
    hasDirects: true,
    joined: (session, channel, welcome, ref) =>
      session.tellInOrder(encodeWithList(render.joined(ref, channel, welcome), "members")),
    tellUser: (session, event) => tell.answer(session, render.userEvent(event)),
    ping: (session, sequence) => tell.answer(session, { type: "Ping", sequence }),
    goodbye: (_, disconnect) => encoding.encode(disconnectFrame(disconnect)),
  }
}

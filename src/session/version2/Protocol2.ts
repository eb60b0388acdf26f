/** Version 2, in one encoding. */
import * as Effect from "effect/Effect"
import { RequestError } from "../../domain/RequestError.ts"
import type { Encoding2 } from "../../protocol/Encoding.ts"
import { disconnectFrame, errorFrame } from "../../protocol/v2/ErrorFrame.ts"
import type { ClientFrame } from "../../protocol/v2/ClientFrame.ts"
import type { ServerFrame } from "../../protocol/v2/ServerFrame.ts"
import * as render from "../../protocol/v2/render.ts"
import { bytesRenderer } from "../bytesRenderer.ts"
import type { Handler } from "../Handler.ts"
import type { Protocol } from "../Protocol.ts"
import type { Session } from "../Session.ts"
import * as Handlers from "./handlers.ts"

export const make = (encoding: Encoding2): Protocol<Session> => {
  const tell: Handlers.Tell = {
    answer: (session, frame) => session.tell(encoding.encode(frame)),
    inOrder: (session, frame) => session.tellInOrder(encoding.encode(frame)),
    failure: (session, error, ref) => session.tell(encoding.encode(errorFrame(error, ref))),
  }
  const handlers = Handlers.make(tell)

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
        const { field, message: detail, ref } = decoded.failure
        return malformed(session, new RequestError({ reason: "InvalidFrame", detail, field }), ref)
      }
      const frame = decoded.success
      const limited = session.overLimit()
      // The table has a handler of its type for each frame.
      const handler = handlers[frame.type] as Handler<ClientFrame>
      const handled = limited === undefined ? handler(session, frame) : Effect.fail(limited)
      if (handled === Effect.void) return Effect.void
      return Effect.catchTag(handled, "RequestError", (error) =>
        Effect.sync(() => {
          session.refused(error, limited === undefined ? frame.type : "frames")
          tell.failure(session, error, "ref" in frame ? frame.ref : undefined)
        }),
      )
    },
    isExclusive: () => false,
    hasDirects: true,
    joined: (session, channel, welcome, ref) =>
      session.tellInOrder(encoding.encodeWithList(render.joined(ref, channel, welcome), "members")),
    tellUser: (session, event) => tell.answer(session, render.userEvent(event)),
    ping: (session, sequence) => tell.answer(session, { type: "Ping", sequence }),
    goodbye: (_, disconnect) => encoding.encode(disconnectFrame(disconnect)),
  }
}

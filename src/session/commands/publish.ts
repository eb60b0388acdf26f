import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { lobby } from "../../domain/ChannelName.ts"
import type { ChatMessage } from "../../protocol/v1/Message.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import { forUser } from "../Command.ts"
import type { Identity, Session } from "../Session.ts"

/** Undefined when the user may publish now. */
export const tooFast = (session: Session, { publishing }: Identity): RequestError | undefined => {
  const wait = publishing?.take(session.now()) ?? 0
  if (wait === 0) return undefined
  session.violation()
  const seconds = Math.ceil(wait / 100) / 10
  return new RequestError({
    reason: "RateLimited",
    detail: `Too many messages: try again in ${seconds} s`,
    retryAfter: Duration.millis(wait),
  })
}

/** Says something to a channel. The channel answers, when the message is stored. */
export const publish = forUser<ClientFrameOf<"Publish">>((session, { channel, content, id, ref }, identity) => {
  if (content === "") return Effect.fail(new RequestError({ reason: "EmptyMessage", field: "content" }))
  const error = tooFast(session, identity)
  if (error !== undefined) return Effect.fail(error)
  const { memberships } = identity
  const saying = { content, id, ref }
  return memberships.say(channel, saying) ? Effect.void : memberships.publish(channel, saying)
})

/** The chapter's message: `from` and `timestamp` are the server's to fill in. */
export const chatMessage = forUser<typeof ChatMessage.Type>((session, { content }, identity) => {
  const error = tooFast(session, identity)
  if (error !== undefined) return Effect.fail(error)
  const { memberships } = identity
  return memberships.say(lobby, { content })
    ? Effect.void
    : Effect.mapError(memberships.publish(lobby, { content }), outOfTheLobby)
})

/** A lobby that was given up comes back, but this protocol has no word for joining it: the client has to connect again. */
const outOfTheLobby = (error: RequestError): RequestError | Disconnect =>
  error.reason === "Unavailable" || error.reason === "NotMember" ? new Disconnect({ reason: "Internal" }) : error

/** From a frame to its command, and from what a command fails with to its answer. */
import * as Effect from "effect/Effect"
import type { ConnectRequest } from "../protocol/Connect.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import type { Message } from "../protocol/v1/Message.ts"
import type { ClientFrame, ClientFrameOf } from "../protocol/v2/ClientFrame.ts"
import { type Command, type Outcome, unexpected } from "./Command.ts"
import { authenticate } from "./commands/authenticate.ts"
import { audit } from "./commands/audit.ts"
import { ban, unban } from "./commands/ban.ts"
import { block, listBlocked, unblock } from "./commands/block.ts"
import { configure } from "./commands/configure.ts"
import { createChannel } from "./commands/createChannel.ts"
import { describe } from "./commands/describe.ts"
import { invite } from "./commands/invite.ts"
import { kick } from "./commands/kick.ts"
import { mute, unmute } from "./commands/mute.ts"
import { renameChannel } from "./commands/renameChannel.ts"
import { setRole } from "./commands/setRole.ts"
import { connect } from "./commands/connect.ts"
import { data } from "./commands/data.ts"
import { disconnect } from "./commands/disconnect.ts"
import { deleteMessage } from "./commands/delete.ts"
import { edit } from "./commands/edit.ts"
import { fileTransferPart, fileTransferRequest } from "./commands/fileTransferV1.ts"
import { history } from "./commands/history.ts"
import { join } from "./commands/join.ts"
import { leave } from "./commands/leave.ts"
import { listChannels } from "./commands/listChannels.ts"
import { listUnread } from "./commands/listUnread.ts"
import { login } from "./commands/login.ts"
import { loginV1 } from "./commands/loginV1.ts"
import { ping, pong } from "./commands/ping.ts"
import { chatMessage, publish } from "./commands/publish.ts"
import { react } from "./commands/react.ts"
import { read } from "./commands/read.ts"
import { search } from "./commands/search.ts"
import { setStatus } from "./commands/setStatus.ts"
import { setTopic } from "./commands/setTopic.ts"
import { typing } from "./commands/typing.ts"
import * as Reply from "./Reply.ts"
import type { Session } from "./Session.ts"

type Frame1 = Exclude<Message, { readonly type: "Connect" }> | ConnectRequest

const commands1: { readonly [Type in Frame1["type"]]: Command<Extract<Frame1, { readonly type: Type }>> } = {
  Connect: connect,
  Login: loginV1,
  ChatMessage: chatMessage,
  Ping: ping,
  Pong: pong,
  Data: data,
  Disconnect: disconnect,
  FileTransferRequest: fileTransferRequest,
  FileTransferResponse: fileTransferPart,
  FileChunk: fileTransferPart,
  FileTransferComplete: fileTransferPart,
  LoginResponse: unexpected,
  UserJoined: unexpected,
  UserLeft: unexpected,
  UserList: unexpected,
  Error: unexpected,
}

const commands2: { readonly [Type in ClientFrame["type"]]: Command<ClientFrameOf<Type>> } = {
  Login: login,
  Authenticate: authenticate,
  Join: join,
  Leave: leave,
  ListChannels: listChannels,
  SetTopic: setTopic,
  Publish: publish,
  Edit: edit,
  Delete: deleteMessage,
  React: react,
  Read: read,
  History: history,
  Search: search,
  ListUnread: listUnread,
  CreateChannel: createChannel,
  Configure: configure,
  RenameChannel: renameChannel,
  Invite: invite,
  SetRole: setRole,
  Kick: kick,
  Ban: ban,
  Unban: unban,
  Mute: mute,
  Unmute: unmute,
  Block: block,
  Unblock: unblock,
  ListBlocked: listBlocked,
  Describe: describe,
  Audit: audit,
  Typing: typing,
  SetStatus: setStatus,
  Ping: ping,
  Pong: pong,
  Disconnect: disconnect,
}

/** Handles one body from the wire. Fails when the session has to end. */
export const route = (session: Session, body: Uint8Array): Effect.Effect<void, Disconnect> => {
  const { encoding } = session
  const decoded = encoding.decode(body)
  if (decoded._tag === "Failure") {
    const error = decoded.failure
    // The chapter's server ends on what it cannot read; a version 2 client is told and may go on.
    if (encoding.version === 1 && error.kind !== "UnknownType") {
      return Effect.fail(new Disconnect({ reason: "MalformedFrame", detail: error.message }))
    }
    session.violation()
    return Effect.sync(() => Reply.malformed(session, error))
  }
  const frame = decoded.success
  const wait = session.overLimit()
  if (wait > 0) return answer(session, frame, Effect.fail(Reply.rateLimited(wait)))
  const commands: Record<string, Command<never>> = encoding.version === 1 ? commands1 : commands2
  return answer(session, frame, commands[frame.type]!(session, frame as never))
}

const answer = (session: Session, frame: object, outcome: Outcome): Effect.Effect<void, Disconnect> => {
  // Done already.
  if (outcome === Effect.void) return Effect.void
  return Effect.catchTag(outcome, "RequestError", (error) => {
    // In version 1 whoever speaks before signing in is shown the door, as in the chapter.
    if (session.encoding.version === 1 && error.reason === "NotAuthenticated") {
      return Effect.fail(new Disconnect({ reason: "NotAuthenticated" }))
    }
    return Effect.sync(() => Reply.requestError(session, error, "ref" in frame ? (frame.ref as number) : undefined))
  })
}

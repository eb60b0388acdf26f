/** From calls to operations, and from answers to messages: each is a frame of version 2. No rule is here. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Caller } from "../../chat/Caller.ts"
import type { ChatShape } from "../../chat/Chat.ts"
import * as files from "../../chat/files/operations.ts"
import type { UploadView } from "../../chat/files/views.ts"
import * as operations from "../../chat/operations.ts"
import type { Receipt } from "../../chat/Receipt.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { ClientFrame, ClientFrameOf } from "../../protocol/v2/ClientFrame.ts"
import * as render from "../../protocol/v2/render.ts"
import * as renderInvites from "../../protocol/v2/renderInvites.ts"
import type { ServerFrame, ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"

/** What answers a call of somebody: the frame that would answer the request in a session. */
type Call<Frame> = (chat: ChatShape, caller: Caller, frame: Frame) => Effect.Effect<ServerFrame, RequestError>

/** What is of a session, or of somebody who has none yet, or is a stream. */
type OfSession =
  | "Login"
  | "Authenticate"
  | "Join"
  | "Leave"
  | "Typing"
  | "Ping"
  | "Pong"
  | "Disconnect"
  | "UploadChunk"
  | "Download"
  | "FileAck"
  | "CloseDownload"

export type CallName = Exclude<ClientFrame["type"], OfSession>

const asking =
  <Request, Answer, Frame extends Request>(
    operation: (chat: ChatShape, caller: Caller, request: Request) => Effect.Effect<Answer, RequestError>,
    say: (frame: Frame, answer: Answer) => ServerFrame = () => render.ok(undefined),
  ): Call<Frame> =>
  (chat, caller, frame) =>
    Effect.map(operation(chat, caller, frame), (answer) => say(frame, answer))

const posted = (
  { channel, id }: { readonly channel: ChannelName; readonly id: MessageId },
  receipt: Receipt,
): ServerFrame => render.published(undefined, channel, id, receipt)

/** Bytes that are best in one message of an upload. */
const chunk = 64 * 1024

const upload = (channel: ChannelName, { id, received, size }: UploadView): ServerFrameOf<"Upload"> => ({
  type: "Upload",
  channel,
  file: id,
  offset: received,
  size,
  chunk,
  // One call sends them, as fast as they are taken.
  window: size,
})

/** A request that is one of an operation, beside what it is called in a frame. */
export const calls: { readonly [Name in CallName]: Call<ClientFrameOf<Name>> } = {
  ListChannels: asking(operations.listChannels, (_, page) => render.channels(undefined, page)),
  SetTopic: asking(operations.setTopic),
  Publish: (chat, caller, { reply_to: replyTo, ...frame }) =>
    Effect.map(operations.publish(chat, caller, { ...frame, replyTo }), (receipt) => posted(frame, receipt)),
  Edit: asking(operations.editMessage, (frame: ClientFrameOf<"Edit">, receipt) => posted(frame, receipt)),
  Delete: asking(operations.deleteMessage, (frame: ClientFrameOf<"Delete">, receipt) => posted(frame, receipt)),
  React: (chat, caller, { on = true, ...frame }) =>
    Effect.map(operations.react(chat, caller, { ...frame, on }), (receipt) => posted(frame, receipt)),
  Read: asking(operations.markRead),
  History: asking(operations.page, ({ channel }, page) => render.historyPage(undefined, channel, page)),
  Search: asking(operations.search, (_, result) => render.searchResult(undefined, result)),
  ListUnread: asking(operations.listUnread, (_, page) => render.unread(undefined, page)),
  CreateChannel: asking(operations.createChannel),
  Configure: (chat, caller, { access, archived, channel, durability, slow_mode: slowMode }) =>
    Effect.as(
      operations.configure(chat, caller, { channel, access, archived, slowMode, durability }),
      render.ok(undefined),
    ),
  RenameChannel: asking(operations.renameChannel),
  DeleteChannel: asking(operations.deleteChannel),
  Invite: asking(operations.invite),
  CreateInviteLink: asking(operations.createInviteLink, ({ channel }, { code, link }) =>
    renderInvites.inviteLinkCreated(undefined, channel, link, Redacted.value(code)),
  ),
  ListInviteLinks: asking(operations.listInviteLinks, ({ channel }, links) =>
    renderInvites.inviteLinks(undefined, channel, links),
  ),
  RevokeInviteLink: asking(operations.revokeInviteLink),
  AcceptInvite: asking(operations.acceptInvite, (_, { channel }) => renderInvites.inviteAccepted(undefined, channel)),
  SetRole: asking(operations.setRole),
  Kick: asking(operations.kick),
  Ban: asking(operations.ban),
  Unban: asking(operations.unban),
  Mute: asking(operations.mute),
  Unmute: asking(operations.unmute),
  Block: asking(operations.block),
  Unblock: asking(operations.unblock),
  ListBlocked: asking(operations.listBlocked, (_, people) => render.blocked(undefined, people)),
  Describe: asking(operations.describe, ({ channel }, description) =>
    render.channelInfo(undefined, channel, description),
  ),
  Audit: asking(operations.audit, ({ channel }, page) => render.auditLog(undefined, channel, page)),
  SetStatus: asking(operations.setStatus),
  StartUpload: (chat, caller, { channel, media_type: mediaType, name, sha256, size }) =>
    Effect.map(files.startUpload(chat, caller, { channel, name, size, mediaType, sha256 }), (view) =>
      upload(channel, view),
    ),
  ResumeUpload: asking(files.describeUpload, ({ channel }, view) => upload(channel, view)),
  CancelUpload: asking(files.cancelUpload),
}

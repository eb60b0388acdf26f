import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Attachment } from "../domain/Attachment.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import type { FileId } from "../domain/FileId.ts"
import type { MessageId } from "../domain/MessageId.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Seq } from "../domain/Seq.ts"
import type { Reply } from "../hub/audience/ChannelLink.ts"
import type { Caller } from "./Caller.ts"
import type { ChatShape } from "./Chat.ts"
import { noSuchFile, withOwnFile } from "./internal/files.ts"
import { awaiting, send, mayNotPost, unsayable } from "./internal/post.ts"
import { operation, posting } from "./Operation.ts"
import { errorIn, type Receipt } from "./Receipt.ts"

export interface Publish {
  readonly channel: ChannelName
  /** May be empty where there is a file. */
  readonly content: string
  /** One that the caller has sent to this channel, and that has come whole. */
  readonly file?: FileId | undefined
  /** The place of the message that it answers, in the same channel. */
  readonly replyTo?: Seq | undefined
  /** Made by the caller: sent again within ten minutes, the first result is given and nothing is stored twice. */
  readonly id?: MessageId | undefined
}

const leave = (
  chat: ChatShape,
  caller: Caller,
  { channel, content, id, replyTo }: Publish,
  file: Attachment | undefined,
  reply: Reply,
): Effect.Effect<void, RequestError> => {
  const { by } = caller
  return send(chat, caller, channel, reply, (request) => {
    const said = { type: "Publish", by, request, id, content, file } as const
    return replyTo === undefined ? said : { ...said, replyTo }
  })
}

/** Waits until it is said: until then the file is in nobody's history. */
const leaveWithFile = (
  chat: ChatShape,
  caller: Caller,
  request: Publish,
  file: FileId,
  reply: Reply,
): Effect.Effect<void, RequestError> =>
  withOwnFile(chat, caller, { channel: request.channel, file }, (files, record) => {
    if (!record.whole) return Effect.fail(noSuchFile())
    let isAnswered = false
    const posting = files.post(record, (attachment) => {
      const said = Deferred.makeUnsafe<void, RequestError>()
      const settle: Reply["settle"] = (outcome) => {
        isAnswered = true
        reply.settle(outcome)
        const error = errorIn(outcome)
        // A file whose message was refused counts as never said: it waits for the next message with it.
        Deferred.doneUnsafe(said, error === undefined ? Exit.void : Exit.fail(error))
      }
      return Effect.andThen(leave(chat, caller, request, attachment, { ...reply, settle }), Deferred.await(said))
    })
    return Effect.catch(posting, (error) => (isAnswered ? Effect.void : Effect.fail(error)))
  })

/** The same as `publish` for who need not wait: the outcome goes to `reply`. */
export const sendMessage = (
  chat: ChatShape,
  caller: Caller,
  request: Publish,
  reply: Reply,
): Effect.Effect<void, RequestError> => {
  const { channel, content, file } = request
  const error = unsayable(chat, content, file) ?? mayNotPost(chat, caller, "publish", channel)
  if (error !== undefined) return Effect.fail(error)
  return file === undefined
    ? leave(chat, caller, request, undefined, reply)
    : leaveWithFile(chat, caller, request, file, reply)
}

/** Says something to a channel; succeeds when it has its place and is as safe as the answer says. */
export const publish = operation(
  "publish",
  "publishing",
  [
    ...posting,
    "EmptyMessage",
    "MessageTooLong",
    "InvalidFrame",
    "SlowMode",
    "NoSuchFile",
    "NoSuchMessage",
    "NotSupported",
  ],
  (chat, caller, request: Publish): Effect.Effect<Receipt, RequestError> =>
    awaiting((reply) => sendMessage(chat, caller, request, reply)),
)

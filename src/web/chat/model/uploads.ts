/** Files that are being sent: several at once, gone on with after a cut, each said as a message when it is whole. */
import * as Stream from "effect/Stream"
import type { FileSource } from "../../../client/index.ts"
import { Failed, trouble } from "../session/Trouble.ts"
import type { Chat } from "./Chat.ts"
import type { Conversation } from "./Conversation.ts"
import { freshId } from "./freshId.ts"
import { send } from "./send.ts"
import type { Upload } from "./Upload.ts"

/** Files that may wait at once. */
const maxUploads = 50

const sourceOf = (file: File): FileSource<Failed> => ({
  name: file.name,
  size: file.size,
  mediaType: file.type === "" ? undefined : file.type,
  read: (offset) =>
    Stream.fromReadableStream({
      evaluate: () => file.slice(offset).stream(),
      onError: () => new Failed(trouble("FileGone")),
    }),
})

const change = (chat: Chat, key: string, to: Partial<Upload>): void => {
  chat.uploads.value = chat.uploads.value.map((upload) => (upload.key === key ? { ...upload, ...to } : upload))
}

const drop = (chat: Chat, key: string): void => {
  chat.uploads.value = chat.uploads.value.filter((upload) => upload.key !== key)
}

const run = async (chat: Chat, { conversation, file, id, key, stop }: Upload): Promise<void> => {
  const answer = await chat.ask(
    (client) =>
      client.upload(conversation.name.value, sourceOf(file), {
        resume: id,
        onStarted: (started) => change(chat, key, { id: started }),
        onProgress: (sent) => change(chat, key, { sent }),
      }),
    stop.signal,
  )
  if (stop.signal.aborted) return
  if (!answer.ok) return change(chat, key, { failed: answer.trouble })
  drop(chat, key)
  send(chat, conversation, "", { file: answer.value })
}

/** Begins to send files; those that are too large are said to be. */
export const add = (chat: Chat, conversation: Conversation, files: ReadonlyArray<File>, maxBytes: number): void => {
  const room = Math.max(0, maxUploads - chat.uploads.value.length)
  if (files.length > room) chat.note(trouble("TooManyFiles"))
  for (const file of files.slice(0, room)) {
    const upload: Upload = {
      key: freshId(),
      conversation,
      file,
      sent: 0,
      began: { at: chat.env.now(), sent: 0 },
      failed: file.size > maxBytes ? trouble("FileTooLarge") : undefined,
      id: undefined,
      stop: new AbortController(),
    }
    chat.uploads.value = [...chat.uploads.value, upload]
    if (upload.failed === undefined) void run(chat, upload)
  }
}

/** Once more, from where on it is not there yet. */
export const retry = (chat: Chat, upload: Upload): void => {
  const again = {
    ...upload,
    failed: undefined,
    began: { at: chat.env.now(), sent: upload.sent },
    stop: new AbortController(),
  }
  change(chat, upload.key, again)
  void run(chat, again)
}

/** Gives it up; what has come of it goes. */
export const cancel = (chat: Chat, { conversation, id, key, stop }: Upload): void => {
  stop.abort()
  drop(chat, key)
  if (id !== undefined) void chat.ask((client) => client.cancelUpload(conversation.name.value, id))
}

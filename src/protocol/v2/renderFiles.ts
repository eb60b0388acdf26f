/** What is answered about files. Fields are in the order of the schemas. */
import type { Attachment } from "../../domain/Attachment.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { Message } from "../../domain/Entry.ts"
import type { FileId } from "../../domain/FileId.ts"
import type { ServerFrameOf } from "./ServerFrame.ts"

export const fileOf = ({ id, mediaType: media_type, name, sha256, size }: Attachment) => ({
  id,
  name,
  size,
  media_type,
  sha256,
})

export const upload = (
  ref: number | undefined,
  channel: ChannelName,
  file: { readonly id: FileId; readonly received: number; readonly size: number },
  { chunk, window }: { readonly chunk: number; readonly window: number },
): ServerFrameOf<"Upload"> => ({
  type: "Upload",
  ...(ref === undefined ? {} : { ref }),
  channel,
  file: file.id,
  offset: file.received,
  size: file.size,
  chunk,
  window,
})

export const uploaded = (file: Attachment): ServerFrameOf<"Uploaded"> => {
  const { id, ...fields } = fileOf(file)
  return { type: "Uploaded", file: id, ...fields }
}

export const opened = (
  ref: number | undefined,
  file: Attachment,
  { offset, window }: { readonly offset: number; readonly window: number },
): ServerFrameOf<"Opened"> => {
  const { id, ...fields } = fileOf(file)
  return { type: "Opened", ...(ref === undefined ? {} : { ref }), file: id, ...fields, offset, window }
}

/** A message as it is said, with its file, or what it answers. */
export const messageWithMore = (
  channel: ChannelName,
  { content, file, from, id, replyTo, seq, timestamp }: Message,
) => ({
  type: "Message" as const,
  channel,
  seq,
  ...(id === undefined ? {} : { id }),
  from: from.name,
  user_id: from.id,
  content,
  ...(file === undefined ? {} : { file: fileOf(file) }),
  ...(replyTo === undefined ? {} : { reply_to: replyTo }),
  timestamp,
})

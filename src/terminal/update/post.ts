import type { FileInfo } from "../../client/Files.ts"
import type { Seq } from "../../domain/Seq.ts"
import { MessageId } from "../../domain/MessageId.ts"
import { withEmoji } from "../../text/Emoji.ts"
import type { Intent } from "../Action.ts"
import type { Model } from "../Model.ts"
import { add, find, isDirect, isWaiting } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** What is sent of a draft. */
export const sentOf = ({ settings }: Model, draft: string): string => (settings.emoji ? withEmoji(draft) : draft)

/** Posts a message; one in a channel that is not joined yet waits for that. */
export const post = (model: Model, channel: string, draft: string, file?: FileInfo, replyTo?: Seq): Next => {
  const content = sentOf(model, draft)
  const { next, prefix } = model.ids
  const id = MessageId.make(`${prefix}-${next}`)
  const numbered = { ...model, ids: { prefix, next: next + 1 } }
  const before = find(model, channel)
  const waiting = before?.roster === undefined
  const carried = { ...(file === undefined ? {} : { file }), ...(replyTo === undefined ? {} : { replyTo }) }
  const shown = add(numbered, channel, { _tag: "Unsent", id, content, ...carried, failed: undefined, waiting })
  if (!waiting) return [shown, [publish({ channel, id, content, file, replyTo })]]
  // The server may have closed a quiet direct conversation; the first message joins it again.
  const silent = isDirect(channel) && before?.seq !== undefined && !before.entries.some(isWaiting)
  return [shown, silent ? [{ _tag: "Join", channel }] : []]
}

export const publish = (message: {
  readonly channel: string
  readonly id: MessageId
  readonly content: string
  readonly file?: FileInfo | undefined
  readonly replyTo?: Seq | undefined
}): Intent => {
  const { channel, content, file, id, replyTo } = message
  return {
    _tag: "Publish",
    channel,
    id,
    content,
    ...(file === undefined ? {} : { file: file.id }),
    ...(replyTo === undefined ? {} : { replyTo }),
  }
}

/** What one says, and does to what was said. It is shown at once, and goes when the service has taken it. */
import type { Trouble } from "../session/Trouble.ts"
import type { Chat } from "./Chat.ts"
import type { Conversation, Unsent } from "./Conversation.ts"
import type { FileInfo } from "./frames.ts"
import { freshId } from "./freshId.ts"
import { goToEnd } from "./history.ts"

/** Milliseconds between two times that the others are told that one types. */
const typingEvery = 2500

const change = ({ unsent }: Conversation, id: string, to: Partial<Unsent>): void => {
  unsent.value = unsent.value.map((message) => (message.id === id ? { ...message, ...to } : message))
}

/** It is not waiting any more. */
const drop = ({ unsent }: Conversation, id: string): void => {
  if (unsent.value.some((message) => message.id === id)) unsent.value = unsent.value.filter((other) => other.id !== id)
}

/** These have come back as messages with a place. */
export const confirm = (
  conversation: Conversation,
  messages: ReadonlyArray<{ readonly id?: string | undefined }>,
): void => {
  if (conversation.unsent.value.length === 0) return
  for (const { id } of messages) if (id !== undefined) drop(conversation, id)
}

const publish = async (
  chat: Chat,
  conversation: Conversation,
  { content, file, id, replyTo }: Unsent,
): Promise<void> => {
  const { name, timeline } = conversation
  const answer = await chat.ask((client) =>
    client.publish(name.value, content, { id: id as never, file: file?.id, replyTo }),
  )
  if (!answer.ok) return refused(chat, conversation, id, answer.trouble)
  // Where the end is not shown, nothing will take its place.
  if (timeline.value?.live !== true) drop(conversation, id)
}

/** What a channel takes later, as in slow mode, is sent again then. */
const refused = (chat: Chat, conversation: Conversation, id: string, failed: Trouble): void => {
  const { retryAfter } = failed
  if (retryAfter === undefined) return change(conversation, id, { failed, next: undefined })
  const next = chat.env.now() + retryAfter
  change(conversation, id, { failed, next })
  chat.env.later(retryAfter, () => {
    const waiting = conversation.unsent.value.find((message) => message.id === id)
    if (waiting?.next === next && chat.link !== undefined) retry(chat, conversation, waiting)
  })
}

/** Says something, as an answer to the message at `replyTo` where that is given. */
export const send = (
  chat: Chat,
  conversation: Conversation,
  content: string,
  { file, replyTo }: { readonly file?: FileInfo; readonly replyTo?: number | undefined } = {},
): void => {
  const at = chat.env.now()
  const message: Unsent = { id: freshId(), content, file, replyTo, at, failed: undefined, next: undefined }
  conversation.unsent.value = [...conversation.unsent.value, message]
  void goToEnd(chat, conversation)
  void publish(chat, conversation, message)
}

/** Once more, as the same message: if the service has it already, it is not said twice. */
export const retry = (chat: Chat, conversation: Conversation, message: Unsent): void => {
  change(conversation, message.id, { failed: undefined, next: undefined })
  void publish(chat, conversation, message)
}

/** Gives a message up that was not taken. */
export const discard = (conversation: Conversation, { id }: Unsent): void => drop(conversation, id)

export const edit = async (chat: Chat, { name }: Conversation, target: number, content: string): Promise<boolean> =>
  (await chat.tell((client) => client.edit(name.value, target, content))) !== undefined

export const remove = async (chat: Chat, { name }: Conversation, target: number): Promise<boolean> =>
  (await chat.tell((client) => client.delete(name.value, target))) !== undefined

export const react = (chat: Chat, { name }: Conversation, target: number, reaction: string, on: boolean): void => {
  void chat.tell((client) => client.react(name.value, target, reaction, on))
}

/** Tells the others that one types; as often as it is called, but no more than they need. */
export const typed = (chat: Chat, conversation: Conversation): void => {
  const now = chat.env.now()
  if (Math.abs(now - conversation.typedAt) < typingEvery) return
  conversation.typedAt = now
  void chat.ask((client) => client.typing(conversation.name.value))
}

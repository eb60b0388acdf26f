/** Answering a message: what is written next says which one it answers. */
import type { Intent } from "../Action.ts"
import type { ClientEvent } from "../../client/Client.ts"
import { isMentioned } from "../../text/Mentions.ts"
import * as Editor from "../Editor.ts"
import type { MessageEntry, Model } from "../Model.ts"
import { change, current, find, isDirect, isIgnored, notice, seqOf } from "./conversations.ts"
import * as Editing from "./editing.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** The draft answers this message, and calls whoever wrote it: the name may be taken out again. */
export const reply = (model: Model, entry: MessageEntry): Model => {
  const seq = seqOf(entry)
  if (seq === undefined) return model
  const ready = Editing.stopEditing(model)
  const { text } = ready.editor
  const named = isDirect(ready.current) || entry.from === ready.me || isMentioned(text, entry.from)
  const editor = named ? ready.editor : Editor.of(`@${entry.from} ${text}`)
  return {
    ...ready,
    editor,
    browsing: undefined,
    completion: undefined,
    replying: { seq, from: entry.from, content: entry.content },
  }
}

/** The last message of somebody else. */
export const replyToLast = (model: Model): Next => {
  const others = current(model)
    .entries.filter(Editing.isThere)
    .filter(({ from }) => !isIgnored(model, from))
  const last = others.findLast(({ from }) => from !== model.me) ?? others.at(-1)
  return last === undefined
    ? [notice(model, "There is nothing here to answer; PageUp loads what was said before.", "error"), []]
    : [reply(model, last), []]
}

export const stopReplying = (model: Model): Model =>
  model.replying === undefined ? model : { ...model, replying: undefined }

/** What is deleted, or was said in another history, is answered no more. */
export const forgetGone = (model: Model, event: ClientEvent): Model => {
  if (event.type !== "Deleted" && event.type !== "HistoryChanged") return model
  const gone = (replying: Model["replying"]) =>
    replying !== undefined && (event.type === "HistoryChanged" || replying.seq === event.target)
  const shown = find(model, event.channel)?.name === model.current && gone(model.replying)
  const left = change(model, event.channel, (conversation) =>
    gone(conversation.replying) ? { ...conversation, replying: undefined } : conversation,
  )
  return shown ? stopReplying(left) : left
}

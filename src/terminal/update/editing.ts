/** Editing and deleting messages, and reacting to them. */
import { oneForm } from "../../domain/Reaction.ts"
import type { Intent } from "../Action.ts"
import { corrected, type Correction } from "../../text/Shorthand.ts"
import * as Editor from "../Editor.ts"
import type { Entry, MessageEntry, Model } from "../Model.ts"
import { current, isIgnored, notice, seqOf } from "./conversations.ts"
import { sentOf } from "./post.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Whether something can be done about it: what is deleted, or has no place, is there no more. */
export const isThere = (entry: Entry): entry is MessageEntry =>
  entry._tag === "Message" && seqOf(entry) !== undefined && entry.deleted !== true

/** Somebody's last message that is loaded and not deleted. */
const lastOf = (model: Model, isFrom: (from: string) => boolean): MessageEntry | undefined =>
  current(model)
    .entries.filter(isThere)
    .findLast(({ from }) => isFrom(from) && !isIgnored(model, from))

const isNamed = (name: string) => (from: string) => from.toLowerCase() === name.toLowerCase()

/**
 * Takes the user's message before the one that is edited into the draft, or with 1 the one behind it. Undefined where
 * there is none.
 */
export const step = (model: Model, by: -1 | 1): Model | undefined => {
  const mine = current(model).entries.filter(
    (entry): entry is MessageEntry => isThere(entry) && entry.from === model.me,
  )
  const at = mine.findIndex(({ seq }) => seq === model.editing?.seq)
  const next = mine[(at === -1 ? mine.length : at) + by]
  if (next === undefined) return model.editing !== undefined && by === 1 ? stopEditing(model) : undefined
  return take(model, next)
}

/** Takes a message of the user into the draft; undefined where it does not fit there. */
export const take = (model: Model, entry: MessageEntry): Model | undefined => {
  const { content } = entry
  const seq = seqOf(entry)
  if (seq === undefined) return undefined
  // A message that does not fit into the draft cannot be edited there.
  if (content.length > Editor.maxLength) return undefined
  // Other devices may have said what no line shows.
  const editor = Editor.insert(Editor.empty, content)
  return {
    ...model,
    editing: { channel: model.current, seq, content: editor.text },
    editor,
    browsing: undefined,
    completion: undefined,
  }
}

export const stopEditing = (model: Model): Model =>
  model.editing === undefined ? model : { ...model, editing: undefined, editor: Editor.empty, completion: undefined }

/** Replaces the content of the message that is edited, or else of the user's last. */
export const edit = (model: Model, content: string): Next => {
  const { editing } = model
  const mine = lastOf(model, (from) => from === model.me)
  const target = editing?.seq ?? (mine === undefined ? undefined : seqOf(mine))
  const before = editing?.content ?? mine?.content
  if (target === undefined) return [notice(model, nothing("edit"), "error"), []]
  if (content.trim() === "") return [notice(model, "Nothing is left of it: /delete takes a message away.", "error"), []]
  const left = stopEditing(model)
  if (before === content) return [left, []]
  return [left, [{ _tag: "Edit", channel: model.current, target, content: sentOf(model, content) }]]
}

/** Changes a word in the user's last message here. */
export const correct = (model: Model, correction: Correction): Next => {
  const sending = current(model).entries.findLast(({ _tag }) => _tag === "Unsent")
  if (sending?._tag === "Unsent" && sending.failed === undefined) {
    return [notice(model, "Your last message is not sent yet: try it again in a moment.", "error"), []]
  }
  const content = lastOf(model, (from) => from === model.me)?.content
  const right = content === undefined ? undefined : corrected(content, correction)
  if (right !== undefined) return edit(model, right)
  const why =
    content === undefined ? "You have said nothing here yet" : `Your last message here has no "${correction.old}" in it`
  return [notice(model, `${why}; a blank before the line says it as it is.`, "error"), []]
}

export const remove = (model: Model, from: string | undefined): Next => {
  const { editing } = model
  const found = lastOf(model, from === undefined ? (name) => name === model.me : isNamed(from))
  const target = from === undefined && editing !== undefined ? editing.seq : found && seqOf(found)
  if (target === undefined) return [notice(model, nothing("delete", from), "error"), []]
  return [stopEditing(model), [{ _tag: "Delete", channel: model.current, target }]]
}

/** Reacts to the last message of `from`, or else of anybody but the user, or else to the user's own. */
export const react = (model: Model, reaction: string, from: string | undefined): Next => {
  const found =
    from === undefined
      ? (lastOf(model, (name) => name !== model.me) ?? lastOf(model, () => true))
      : lastOf(model, isNamed(from))
  return found === undefined
    ? [notice(model, nothing("react to", from), "error"), []]
    : [model, reactTo(model, found, reaction)]
}

/** Reacts to a message, or takes the reaction back. */
export const reactTo = (model: Model, entry: MessageEntry, reaction: string): ReadonlyArray<Intent> => {
  const target = seqOf(entry)
  if (target === undefined) return []
  const form = oneForm(reaction)
  const mine = entry.reactions?.find((one) => one.reaction === form)?.users ?? []
  const on = !mine.some((user) => user === model.me)
  return [{ _tag: "React", channel: model.current, target, reaction: form, on }]
}

const nothing = (what: string, from?: string): string =>
  from === undefined
    ? `There is nothing of yours here to ${what}; PageUp loads what was said before.`
    : `There is nothing of ${from} here to ${what}; PageUp loads what was said before.`

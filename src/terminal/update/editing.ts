/** One's own messages, and those of others, as they are changed. */
import type { Intent } from "../Action.ts"
import * as Editor from "../Editor.ts"
import type { Entry, Model } from "../Model.ts"
import { current, notice, seqOf } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]
type Said = Extract<Entry, { readonly _tag: "Message" }>

const isThere = (entry: Entry): entry is Said =>
  entry._tag === "Message" && seqOf(entry) !== undefined && entry.deleted !== true

/** The last message that is there of somebody. */
const lastOf = (model: Model, isFrom: (from: string) => boolean): Said | undefined =>
  current(model)
    .entries.filter(isThere)
    .findLast(({ from }) => isFrom(from))

const isNamed = (name: string) => (from: string) => from.toLowerCase() === name.toLowerCase()

/** The draft is what one said: the message before, or with 1 behind, the one that is edited; undefined where there is none. */
export const step = (model: Model, by: -1 | 1): Model | undefined => {
  const mine = current(model).entries.filter((entry): entry is Said => isThere(entry) && entry.from === model.me)
  const at = mine.findIndex(({ seq }) => seq === model.editing?.seq)
  const next = mine[(at === -1 ? mine.length : at) + by]
  const seq = next === undefined ? undefined : seqOf(next)
  if (next === undefined || seq === undefined) return model.editing !== undefined && by === 1 ? leave(model) : undefined
  const { content } = next
  // What does not fit into the draft cannot be edited there.
  if (content.length > Editor.maxLength) return undefined
  return {
    ...model,
    editing: { channel: model.current, seq, content },
    editor: Editor.of(content),
    browsing: undefined,
    completion: undefined,
  }
}

export const leave = (model: Model): Model =>
  model.editing === undefined ? model : { ...model, editing: undefined, editor: Editor.empty, completion: undefined }

/** Says something else in the message that is edited, or in one's last. */
export const edit = (model: Model, content: string): Next => {
  const { editing } = model
  const mine = lastOf(model, (from) => from === model.me)
  const target = editing?.seq ?? (mine === undefined ? undefined : seqOf(mine))
  const before = editing?.content ?? mine?.content
  if (target === undefined) return [notice(model, nothing("edit"), "error"), []]
  if (content.trim() === "") return [notice(model, "Nothing is left of it: /delete takes a message away.", "error"), []]
  const left = leave(model)
  return before === content ? [left, []] : [left, [{ _tag: "Edit", channel: model.current, target, content }]]
}

export const remove = (model: Model, from: string | undefined): Next => {
  const { editing } = model
  const found = lastOf(model, from === undefined ? (name) => name === model.me : isNamed(from))
  const target = from === undefined && editing !== undefined ? editing.seq : found && seqOf(found)
  if (target === undefined) return [notice(model, nothing("delete", from), "error"), []]
  return [leave(model), [{ _tag: "Delete", channel: model.current, target }]]
}

/** To the last message of somebody else, or to one's own, where nobody else has said anything. */
export const react = (model: Model, reaction: string, from: string | undefined): Next => {
  const found =
    from === undefined
      ? (lastOf(model, (name) => name !== model.me) ?? lastOf(model, () => true))
      : lastOf(model, isNamed(from))
  const target = found && seqOf(found)
  if (target === undefined) return [notice(model, nothing("react to", from), "error"), []]
  const mine = found?.reactions?.find((one) => one.reaction === reaction)?.users ?? []
  const on = !mine.some((user) => user === model.me)
  return [model, [{ _tag: "React", channel: model.current, target, reaction, on }]]
}

const nothing = (what: string, from?: string): string =>
  from === undefined
    ? `There is nothing of yours here to ${what}; PageUp loads what was said before.`
    : `There is nothing of ${from} here to ${what}; PageUp loads what was said before.`

/** Choosing a message with the arrow keys, and what is done with it: by its first letter, as in Slack. */
import type { Intent } from "../Action.ts"
import { withFile } from "../FileLine.ts"
import type { Key } from "../Key.ts"
import * as Editor from "../Editor.ts"
import { layout } from "../Layout.ts"
import type { Entry, MessageEntry, Model } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { placeOf, scrollInto, scrollTo } from "../Timeline.ts"
import { change, current, isIgnored, lookOf, seqOf } from "./conversations.ts"
import * as Editing from "./editing.ts"
import { requestOlder } from "./history.ts"
import * as Replying from "./replying.ts"
import { say } from "./saying.ts"
import * as Thread from "./thread.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

const only = (model: Model): Next => [model, []]

/** The messages that can be chosen, the oldest first. */
const chosenFrom = (model: Model): ReadonlyArray<MessageEntry> =>
  current(model)
    .entries.filter(Editing.isThere)
    .filter(({ from }) => !isIgnored(model, from))

/** The message that is chosen; undefined where none is, or it is gone. */
const selectedEntry = (model: Model): MessageEntry | undefined =>
  model.selected === undefined ? undefined : chosenFrom(model).find(({ key }) => key === model.selected!.key)

/** Chooses a message, and scrolls such that it is in sight. */
const choose = (model: Model, { key }: MessageEntry): Model => {
  const chosen: Model = { ...model, selected: { key, deleting: false } }
  const { rows } = layout(chosen).timeline
  return change(chosen, chosen.current, (conversation) => ({
    ...conversation,
    scroll: scrollInto(conversation, key, lookOf(chosen), rows),
  }))
}

/** Chooses the message of this key, if it is one that can be chosen. */
export const chooseKey = (model: Model, key: number): Model => {
  const found = chosenFrom(model).find((entry) => entry.key === key)
  return found === undefined ? model : choose({ ...Editing.stopEditing(model), completion: undefined }, found)
}

/** Chooses the lowest message in sight. */
export const begin = (model: Model): Model => {
  const conversation = current(model)
  const place = placeOf(conversation, lookOf(model))
  const bottom = conversation.entries.findLastIndex(({ key }) => key === place?.key)
  const visible = new Set<Entry>(conversation.entries.slice(0, bottom + 1))
  const all = chosenFrom(model)
  const lowest = all.findLast((entry) => visible.has(entry)) ?? all[0]
  if (lowest === undefined) return say(model, "There is no message here to choose.")
  const bare = { ...Editing.stopEditing(model), completion: undefined }
  return choose(bare, lowest)
}

const end = (model: Model): Model => ({ ...model, selected: undefined })

/** Chooses the message so many further down; at the top a page of history is requested. */
const move = (model: Model, by: number): Next => {
  const all = chosenFrom(model)
  const at = all.findIndex(({ key }) => key === model.selected?.key)
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))]
  if (at === -1 || next === undefined) return only(end(model))
  const moved = choose(model, next)
  return at + by < 0 ? requestOlder(moved, model.current) : only(moved)
}

/** Rows of a screen that a page leaves in sight count as messages here: about as many. */
const page = (model: Model): number => Math.max(1, Math.floor(layout(model).timeline.rows / 2))

export const reactWith = (model: Model, reaction: string): Next => {
  const entry = selectedEntry(model)
  return entry === undefined ? only(end(model)) : [end(model), Editing.reactTo(model, entry, reaction)]
}

const edit = (model: Model, entry: MessageEntry): Next => {
  if (entry.from !== model.me) return only(say(model, "Only who wrote it changes it."))
  return only(Editing.take(end(model), entry) ?? say(model, "It is too long to be changed here."))
}

const remove = (model: Model, entry: MessageEntry): Next => {
  if (seqOf(entry) === undefined) return only(end(model))
  const whose = entry.from === model.me ? "your message" : `the message of ${Plain.nameInText(entry.from)}`
  const asking = { ...model, selected: { key: entry.key, deleting: true } }
  return only(say(asking, `Enter deletes ${whose} for everybody.`))
}

/** Another key than the one that asks: words have two of the same letter in them. */
const confirm = (model: Model, entry: MessageEntry): Next => {
  const target = seqOf(entry)
  return [end(model), target === undefined ? [] : [{ _tag: "Delete", channel: model.current, target }]]
}

const copy = (model: Model, text: string, what: string): Next => [
  say(end(model), `${what} is in the clipboard, if your terminal lets programs write there.`),
  [{ _tag: "Copy", text }],
]

const copyLink = (model: Model, entry: MessageEntry): Next => {
  const { current: channel, page } = model
  const seq = seqOf(entry)
  if (page === undefined || seq === undefined) return only(say(model, "There is no page here that it could lead to."))
  // As the page writes it.
  const name = encodeURIComponent(channel).replace(/^%40/, "@")
  return copy(model, `${page}/c/${name}/${seq}`, "Its link")
}

/** Chooses the message that this one answers; what is not loaded is shown in its place. */
const goToAnswered = (model: Model, { replyTo }: MessageEntry): Next => {
  if (replyTo === undefined) return only(say(model, "It answers no other message."))
  if (replyTo === 0) return only(say(model, "What it answers was said in another history, which is gone."))
  const answered = chosenFrom(model).find((entry) => seqOf(entry) === replyTo)
  return answered === undefined
    ? [end(model), [{ _tag: "Around", channel: model.current, seq: replyTo }]]
    : only(choose(model, answered))
}

/** Shows all lines of a message, from its first on, or no more than before. */
const fold = (model: Model, { key }: MessageEntry): Model => {
  const folded: Model = { ...model, unfolded: model.unfolded === key ? undefined : key }
  const { rows } = layout(folded).timeline
  return change(folded, folded.current, (conversation) => ({
    ...conversation,
    scroll: scrollTo(conversation, key, lookOf(folded), rows),
  }))
}

/** What is done with the message that is chosen; undefined where a key does nothing. */
const act = (model: Model, entry: MessageEntry, letter: string): Next | undefined => {
  switch (letter) {
    case "t":
      return only(Replying.reply(end(model), entry))
    case "a":
      return goToAnswered(model, entry)
    case "T":
      return Thread.showOf(model, entry)
    case "r":
    case "+":
      return only({ ...model, picker: { what: "react", query: "", at: 0 } })
    case "e":
      return edit(model, entry)
    case "d":
      return remove(model, entry)
    case "c":
    case "y":
      return copy(model, withFile(entry.content, entry.file, "\n"), "It")
    case "l":
      return copyLink(model, entry)
    case "o":
      return only(fold(end(model), entry))
    case "k":
      return move(model, -1)
    case "j":
      return move(model, 1)
    case "g":
      return move(model, Number.NEGATIVE_INFINITY)
    case "G":
      return move(model, Number.POSITIVE_INFINITY)
    case "q":
      return only(end(model))
    default:
      return undefined
  }
}

export const press = (model: Model, key: Key): Next => {
  const entry = selectedEntry(model)
  if (entry === undefined) return only(end(model))
  switch (key.name) {
    case "up":
      return move(model, -1)
    case "down":
      return move(model, 1)
    case "pageUp":
      return move(model, -page(model))
    case "pageDown":
      return move(model, page(model))
    case "home":
      return move(model, Number.NEGATIVE_INFINITY)
    case "end":
      return move(model, Number.POSITIVE_INFINITY)
    case "delete":
      return remove(model, entry)
    case "text": {
      if (key.ctrl || key.alt) return only(end(model))
      if (model.selected?.deleting === true && key.text === "y") return confirm(model, entry)
      const sure = { ...model, selected: { key: entry.key, deleting: false } }
      // Whoever types on wants to say something.
      return act(sure, entry, key.text) ?? only({ ...end(model), editor: Editor.insert(model.editor, key.text) })
    }
    case "enter":
      if (model.selected?.deleting === true) return confirm(model, entry)
      return only(Replying.reply(end(model), entry))
    case "escape":
      return only(end(model))
    default:
      return only(model)
  }
}

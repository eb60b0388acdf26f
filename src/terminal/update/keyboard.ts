/** What keys do. */
import type { Intent } from "../Action.ts"
import { bareLines } from "../Bare.ts"
import { parse } from "../Commands.ts"
import * as Completion from "../Completion.ts"
import * as Editor from "../Editor.ts"
import type { Key } from "../Key.ts"
import { meant } from "../Keymap.ts"
import { layout } from "../Layout.ts"
import type { Model } from "../Model.ts"
import { graphemes } from "../Width.ts"
import { current, notice, scroll, show } from "./conversations.ts"
import { cutBy } from "./cutting.ts"
import * as Editing from "./editing.ts"
import * as Exporting from "./exporting.ts"
import * as Files from "./files.ts"
import * as FirstNew from "./firstNew.ts"
import * as Past from "./past.ts"
import * as Password from "./password.ts"
import { leave, quit } from "./quit.ts"
import * as Picking from "./picking.ts"
import { nextServer } from "./servers.ts"
import * as Undo from "./undo.ts"
import * as Selecting from "./selecting.ts"
import { say } from "./saying.ts"
import { remember, submit } from "./submit.ts"
import { requestOlder } from "./history.ts"
import * as Replying from "./replying.ts"
import * as Search from "./search.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Milliseconds between two signals that the user is typing. */
const typingEvery = 2000

const only = (model: Model): Next => [model, []]

/** Changes the draft, and shows the others that the user is typing. */
const edit = (model: Model, editor: Editor.Editor): Next => {
  const edited = { ...model, editor, completion: undefined }
  if (editor.text === model.editor.text) return only(edited)
  // A sent message that the arrow keys brought back is, once it is changed, a draft like any other.
  const drafted = { ...edited, browsing: undefined, quitting: false }
  const saying = editor.text !== "" && parse(editor.text)._tag === "Say"
  const quiet = current(model).roster === undefined || model.connection._tag !== "Online"
  if (!saying || quiet || model.ticks - model.typingSentAt < typingEvery) return only(drafted)
  return [{ ...drafted, typingSentAt: model.ticks }, [{ _tag: "Typing", channel: model.current }]]
}

/** Shows the conversation so many places further down the list, round and round. */
const showNeighbour = (model: Model, by: number): Next => {
  const { conversations } = model
  const at = conversations.findIndex(({ name }) => name === model.current)
  const next = conversations[(at + by + conversations.length) % conversations.length]
  return only(next === undefined ? model : show(model, next.name))
}

/** Shows the next conversation with unread messages; those in which the user is named come first. */
const nextUnread = (model: Model): Next => {
  const at = model.conversations.findIndex(({ name }) => name === model.current)
  const others = [...model.conversations.slice(at + 1), ...model.conversations.slice(0, at)]
  const next = others.find(({ mentions }) => mentions > 0) ?? others.find(({ unread }) => unread > 0)
  return only(next === undefined ? model : show(model, next.name))
}

/** Steps through the messages that were sent; behind the newest comes the draft that was begun. */
const browse = (model: Model, by: -1 | 1): Next => {
  const { browsing, editing, editor, sent } = model
  // From an empty draft the arrows go through the user's messages, to edit one, until something is changed in it.
  if (editing !== undefined) return only(editor.text === editing.content ? (Editing.step(model, by) ?? model) : model)
  const stepped = by === -1 && browsing === undefined && editor.text === "" ? Editing.step(model, by) : undefined
  if (stepped !== undefined) return only(stepped)
  // What stands in the draft already because it was refused is not brought back.
  const newest = by === -1 && sent.at(-1) === editor.text ? sent.length - 1 : sent.length
  const at = (browsing?.at ?? newest) + by
  const draft = browsing?.draft ?? editor.text
  if (at < 0 && editor.text === "") {
    return only(say(model, "Nothing of yours is loaded here to be changed; PageUp loads what was said before."))
  }
  if (at < 0 || at > sent.length) return only(model)
  if (at === sent.length) return only({ ...model, browsing: undefined, editor: Editor.of(draft) })
  return only({ ...model, browsing: { at, draft }, editor: Editor.of(sent[at]!) })
}

const complete = (model: Model, by: 1 | -1): Next => {
  const { completion, editor } = model
  if (completion === undefined) {
    const begun = Completion.begin(model)
    if (begun === undefined) return [model, Files.listPaths(model)]
    return only({ ...model, editor: begun[0], completion: begun[1] })
  }
  const [next, stepped] = Completion.step(editor, completion, by)
  return only({ ...model, editor: next, completion: stepped })
}

/** Closes what is open over the conversation, or else scrolls to the bottom. */
const escape = (model: Model): Next => {
  if (model.completion !== undefined) return only({ ...model, completion: undefined })
  if (model.editing !== undefined) return only(Editing.stopEditing(model))
  if (model.replying !== undefined) return only(Replying.stopReplying(model))
  if (model.exporting !== undefined) return Exporting.stop(model)
  return only(scroll(model, Number.NEGATIVE_INFINITY))
}

/** Ctrl+C: drops the draft, or stops what goes on, or quits where there is none. */
const stop = (model: Model): Next => {
  if (model.editing !== undefined) return only(Editing.stopEditing(model))
  if (model.editor.text === "" && model.replying !== undefined) return only(Replying.stopReplying(model))
  if (model.editor.text === "") return model.exporting === undefined ? leave(model) : Exporting.stop(model)
  return only({ ...remember(model), editor: Editor.empty, browsing: undefined, completion: undefined })
}

/** Changes the draft by a deletion, and keeps what that takes away. */
const cut = (model: Model, deletion: Edit): Next => {
  const after = deletion(model.editor)
  const [next, intents] = edit(model, after)
  return [{ ...next, cut: cutBy(model, deletion, after) ?? model.cut }, intents]
}

type Edit = (editor: Editor.Editor) => Editor.Editor

const withCtrl: Readonly<Record<string, Edit>> = {
  a: Editor.home,
  e: Editor.end,
  b: Editor.left,
  h: Editor.backspace,
  j: (editor) => Editor.insert(editor, "\n"),
  k: Editor.deleteToEnd,
  u: Editor.deleteToStart,
  w: Editor.deleteWord,
}

const withControl = (model: Model, text: string): Next => {
  const { editor } = model
  switch (text) {
    case "c":
      return stop(model)
    case "d":
      return editor.text === "" ? quit(model) : edit(model, Editor.del(editor))
    case "f":
      return only(Search.open(model, ""))
    case "_":
    case "/":
      return only(Undo.undo(model))
    case "x":
      return nextServer(model)
    case "y":
      return model.cut === undefined ? only(model) : edit(model, Editor.insert(editor, model.cut.text))
    case "n":
      return showNeighbour(model, 1)
    case "p":
      return showNeighbour(model, -1)
    case "k":
      // Where nothing is behind the cursor there is nothing to delete.
      if (editor.cursor === editor.text.length) return only(Picking.open(model, "switch"))
      break
    case "r":
      return model.connection._tag === "Away" ? [model, [{ _tag: "Retry" }]] : only(Picking.open(model, "sent"))
  }
  const change = Object.hasOwn(withCtrl, text) ? withCtrl[text] : undefined
  return change === undefined ? only(model) : cut(model, change)
}

const withAlt = (model: Model, text: string): Next => {
  const { editor } = model
  switch (text) {
    case "a":
      return nextUnread(model)
    case "/":
      return only(model.previous === undefined ? model : show(model, model.previous))
    case "b":
      return edit(model, Editor.wordLeft(editor))
    case "d":
      return cut(model, Editor.deleteWordRight)
    case "_":
      return only(Undo.redo(model))
    case "f":
      return edit(model, Editor.wordRight(editor))
    case "e":
      return [model, [{ _tag: "OpenEditor", text: editor.text }]]
    case "l":
      return [model, [{ _tag: "ShowBare", lines: bareLines(model) }]]
    case "g":
      return only(Picking.open(model, "switch"))
    case "u":
      return FirstNew.goToFirstNew(model)
    case "m":
      return only(Selecting.begin(model))
  }
  const chosen = /^[1-9]$/.test(text) ? model.conversations[Number(text) - 1] : undefined
  return only(chosen === undefined ? model : show(model, chosen.name))
}

const typeText = (model: Model, key: Key): Next => {
  // Ctrl+_ is Shift and the key of "-" on most keyboards; some terminals say so.
  if (key.ctrl && !key.alt && key.shift && /^[-_/]$/.test(key.text)) return withControl(model, "_")
  if (key.alt && !key.ctrl && key.shift && /^[-_]$/.test(key.text)) return withAlt(model, "_")
  // Nothing is bound to both, and nothing to one of them and Shift.
  if ((key.ctrl && key.alt) || ((key.ctrl || key.alt) && key.shift)) return only(model)
  if (key.ctrl) return withControl(model, key.text)
  if (key.alt) return withAlt(model, key.text)
  return edit(model, Editor.insert(model.editor, key.text))
}

/** A page leaves a line of the one before in sight. */
const page = (model: Model): number => {
  const { rows } = layout(model).timeline
  // Where the first line says that something is new further up, nothing is seen of what stands there.
  return Math.max(1, rows - (current(model).firstUnread === undefined ? 1 : 2))
}

/** Scrolls up; at the top, a page of history is requested. */
const scrollUp = (model: Model, by: number): Next => {
  const before = current(model).scroll
  const scrolled = scroll(model, by)
  return current(scrolled).scroll - before < by ? requestOlder(scrolled, model.current) : only(scrolled)
}

const pressInDraft = (model: Model, key: Key): Next => {
  const { editor } = model
  const word = key.ctrl || key.alt
  switch (key.name) {
    case "text":
      return typeText(model, key)
    case "enter":
      return key.alt || key.shift ? edit(model, Editor.insert(editor, "\n")) : submit(model)
    case "tab":
      return complete(model, key.shift ? -1 : 1)
    case "escape":
      return escape(model)
    case "backspace":
      return cut(model, word ? Editor.deleteWord : Editor.backspace)
    case "delete":
      return cut(model, word ? Editor.deleteWordRight : Editor.del)
    case "left":
      // Where there are no words to go through.
      if (key.alt && editor.text === "") return showNeighbour(model, -1)
      return edit(model, word ? Editor.wordLeft(editor) : Editor.left(editor))
    case "right":
      if (key.alt && editor.text === "") return showNeighbour(model, 1)
      return edit(model, word ? Editor.wordRight(editor) : Editor.right(editor))
    case "up": {
      if (key.alt) return showNeighbour(model, -1)
      if (key.shift) return scrollUp(model, 1)
      if (key.ctrl) return only(Selecting.begin(model))
      const unchanged = model.browsing !== undefined || editor.text === model.editing?.content
      const line = unchanged ? undefined : Editor.up(editor)
      return line === undefined ? browse(model, -1) : edit(model, line)
    }
    case "down": {
      if (key.alt) return showNeighbour(model, 1)
      if (key.shift) return only(scroll(model, -1))
      const unchanged = model.browsing !== undefined || editor.text === model.editing?.content
      const line = unchanged ? undefined : Editor.down(editor)
      return line === undefined ? browse(model, 1) : edit(model, line)
    }
    case "home":
      return key.ctrl ? scrollUp(model, Number.POSITIVE_INFINITY) : edit(model, Editor.home(editor))
    case "end":
      return key.ctrl ? only(scroll(model, Number.NEGATIVE_INFINITY)) : edit(model, Editor.end(editor))
    case "pageUp":
      return key.ctrl ? showNeighbour(model, -1) : scrollUp(model, page(model))
    case "pageDown":
      return key.ctrl ? showNeighbour(model, 1) : only(scroll(model, -page(model)))
  }
}

/** Pages of the help. */
const turns: { readonly [Name in Key["name"]]?: number } = { down: 1, pageDown: 1, up: -1, pageUp: -1 }

/** Letters that are typed faster than they are read come together: each of them does what it does. */
const pressSelecting = (model: Model, key: Key): Next => {
  const [first, ...rest] = key.name === "text" ? graphemes(key.text) : []
  if (first === undefined || rest.length === 0) return Selecting.press(model, key)
  const [next, intents] = Selecting.press(model, { ...key, text: first })
  const [last, more] = pressKey(next, { ...key, text: rest.join("") })
  return [last, [...intents, ...more]]
}

const isRedraw = ({ alt, ctrl, name, shift, text }: Key): boolean =>
  name === "text" && ctrl && !alt && !shift && text === "l"

/** What was said of the key before is read by now. */
export const pressKey = (before: Model, key: Key): Next => {
  const meaning = meant(before.settings.keys, key)
  // Whatever is open: the screen may be too damaged to see what that is.
  if (meaning !== undefined && isRedraw(meaning)) return [before, [{ _tag: "Redraw" }]]
  const model = before.said === undefined ? before : { ...before, said: undefined }
  if (model.password !== undefined) return Password.press(model, model.password, key)
  if (model.help !== undefined) {
    const plain = !key.alt && !key.shift
    const closes = plain && (key.ctrl ? key.text === "c" : ["escape", "enter"].includes(key.name) || key.text === "q")
    return only({ ...model, help: closes ? undefined : model.help + (turns[key.name] ?? 0) })
  }
  if (model.search !== undefined) return only(Search.press(model, key))
  if (model.picker !== undefined) return Picking.press(model, model.picker, key)
  if (model.selected !== undefined) return pressSelecting(model, key)
  if (meaning === undefined) return only(model)
  if (model.past !== undefined) {
    return Past.press(model, meaning) ?? pressKey({ ...model, past: undefined }, key)
  }
  const [next, intents] = pressInDraft(model, meaning)
  // Any other key accepts what Tab has completed.
  return [key.name === "tab" ? next : { ...next, completion: undefined }, intents]
}

/** Whether an arrow moves within what is open, or the cursor within the draft: no wheel that was meant instead does harm there. */
const isHarmless = (model: Model, name: "up" | "down"): boolean => {
  if (model.password !== undefined) return false
  if ([model.help, model.search, model.picker, model.selected, model.past].some((open) => open !== undefined))
    return true
  return model.browsing === undefined && Editor[name](model.editor) !== undefined
}

/** The wheel was turned, or else an arrow was pressed so often. */
export const turnWheel = (model: Model, lines: number, arrows = 0): Next => {
  const name = lines > 0 ? "up" : "down"
  const key: Key = { name, text: "", ctrl: false, alt: false, shift: false }
  const all: Array<Intent> = []
  let next = model
  for (let left = arrows; left > 0 && isHarmless(next, name); left--) {
    const [pressed, intents] = pressKey(next, key)
    next = pressed
    all.push(...intents)
    if (left === 1) return [next, all]
  }
  const [scrolled, intents] = scrollByWheel(next, lines)
  return [scrolled, [...all, ...intents]]
}

/** The wheel goes through what was said, and never through drafts: it is turned without looking. */
const scrollByWheel = (model: Model, lines: number): Next => {
  if (model.help !== undefined) return only({ ...model, help: model.help - Math.sign(lines) })
  if (model.past !== undefined) return Past.scroll(model, lines)
  return lines > 0 ? scrollUp(model, lines) : only(scroll(model, lines))
}

/** Without the line breaks at its end. A regular expression would take quadratic time for many. */
const withoutEnd = (text: string): string => {
  let end = text.length
  while (end > 0 && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--
  return text.slice(0, end)
}

export const pasteText = (model: Model, text: string): Next => {
  if (model.password !== undefined) return Password.paste(model, model.password, text)
  if (model.help !== undefined) return only(model)
  if (model.search !== undefined) return only(Search.open(model, model.search.query + text.slice(0, Editor.maxLength)))
  if (model.picker !== undefined) return only(Picking.narrow(model, model.picker, model.picker.query + text))
  const pasted = withoutEnd(text)
  const excess = Editor.excess(model.editor, pasted)
  // Half of it would be sent as if it were all.
  if (excess > 0) {
    const why = `What you have pasted is too long for a message by ${excess} characters: put it into a file, and /send that.`
    return only(notice({ ...model, selected: undefined, past: undefined }, why, "error"))
  }
  return edit({ ...model, selected: undefined, past: undefined }, Editor.insert(model.editor, pasted))
}

/** What was written elsewhere becomes the draft; it is a change like any other, and can be undone. */
export const write = (model: Model, text: string): Model => ({
  ...model,
  editor: Editor.insert(Editor.empty, withoutEnd(text)),
  browsing: undefined,
  completion: undefined,
})

/** What the draft was before, to go back to, word by word. */
import type { Editor } from "../Editor.ts"
import { type Model, noDrafts } from "../Model.ts"

/** Drafts that are kept. */
const maxKept = 100

/** Whether all that happened is that some more of a word was typed. */
const isTyping = (before: Editor, after: Editor): boolean => {
  const more = after.cursor - before.cursor
  if (more <= 0 || after.text.length - before.text.length !== more) return false
  const typed = after.text.slice(before.cursor, after.cursor)
  return (
    before.text.slice(0, before.cursor) + typed + before.text.slice(before.cursor) === after.text && !/\s/.test(typed)
  )
}

/** Keeps the draft of before, where an action has changed it. Each message that is written begins anew. */
export const record = (before: Model, after: Model): Model => {
  if (after.drafts !== before.drafts) return after
  const { drafts, editor } = before
  const other = before.current !== after.current || before.editing?.seq !== after.editing?.seq
  const sent = after.editor.text === "" && after.sent !== before.sent && after.conversations !== before.conversations
  if (other || sent) return { ...after, drafts: noDrafts }
  if (after.editor.text === editor.text) {
    // A word that is gone on with elsewhere is another one.
    return after.editor.cursor === editor.cursor || !drafts.typing
      ? after
      : { ...after, drafts: { ...drafts, typing: false } }
  }
  const typing = isTyping(editor, after.editor)
  const past = typing && drafts.typing ? drafts.past : [...drafts.past, editor].slice(-maxKept)
  return { ...after, drafts: { past, future: [], typing } }
}

const go = (model: Model, from: "past" | "future", to: "past" | "future"): Model => {
  const found = model.drafts[from].at(-1)
  if (found === undefined) return model
  const kept = { [from]: model.drafts[from].slice(0, -1), [to]: [...model.drafts[to], model.editor].slice(-maxKept) }
  return {
    ...model,
    editor: found,
    browsing: undefined,
    completion: undefined,
    drafts: { ...model.drafts, ...kept, typing: false },
  }
}

export const undo = (model: Model): Model => go(model, "past", "future")
export const redo = (model: Model): Model => go(model, "future", "past")

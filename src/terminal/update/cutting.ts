/** What was cut out of the draft, to be put in again elsewhere. */
import * as Editor from "../Editor.ts"
import type { Cut, Model } from "../Model.ts"

/** Deletes a part of a draft that ends or begins at the cursor. */
type Deletion = (editor: Editor.Editor) => Editor.Editor

const cuts: ReadonlyMap<Deletion, "before" | "behind"> = new Map<Deletion, "before" | "behind">([
  [Editor.deleteWord, "before"],
  [Editor.deleteToStart, "before"],
  [Editor.deleteWordRight, "behind"],
  [Editor.deleteToEnd, "behind"],
])

/** What is cut then: what is cut in one go is one text. Undefined where that deletion cuts nothing. */
export const cutBy = (model: Model, deletion: Deletion, after: Editor.Editor): Cut | undefined => {
  const { cut, editor } = model
  const where = cuts.get(deletion)
  const length = editor.text.length - after.text.length
  if (where === undefined || length <= 0) return undefined
  const start = where === "before" ? editor.cursor - length : editor.cursor
  const taken = editor.text.slice(Math.max(0, start), start + length)
  const earlier = cut?.after === editor ? cut.text : ""
  const text = where === "before" ? taken + earlier : earlier + taken
  return { text: text.slice(0, Editor.maxLength), after }
}

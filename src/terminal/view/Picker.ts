import { useCursor } from "ink"
import { createElement } from "react"
import { choices, chosenOf } from "../Choices.ts"
import type { Model, Picker as State } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { cut, fit, width } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

const labels: { readonly [What in State["what"]]: string } = {
  switch: " Go to: ",
  react: " React with: ",
  sent: " Sent before: ",
}

/** A list to choose from, the best at its bottom, beside what is typed: so the eye goes up, as with what was said. */
export const Picker = (part: {
  readonly model: Model
  readonly picker: State
  readonly columns: number
  /** Lines of the list, and the one that is typed in. */
  readonly height: number
  /** Rows of the screen above the line that is typed in. */
  readonly top: number
}) => {
  const { columns, height, model, picker, top } = part
  const { setCursorPosition } = useCursor()
  const all = choices(model)
  const at = chosenOf(all, picker)
  const lines = height - 1
  const first = Math.max(0, Math.min(at - lines + 1, all.length - lines))
  const shown = all.slice(first, first + lines).map(({ label }, index): ReadonlyArray<Piece> => {
    const chosen = first + index === at
    return [{ text: fit(cut(`${chosen ? "›" : " "} ${label}`, columns), columns), style: chosen ? "current" : "text" }]
  })
  const behind = all.length === 0 ? " nothing fits " : ` ${at + 1} of ${all.length} · Enter · Esc `
  const label = cut(labels[picker.what], columns)
  const room = Math.max(0, columns - width(label) - width(behind) - 1)
  const query = cut(Plain.line(picker.query), room)
  // A blank at its end is typed, too.
  const typed = width(query) + (picker.query.endsWith(" ") && query !== "" ? 1 : 0)
  setCursorPosition({ x: Math.min(width(label) + typed, columns - 1), y: top })
  return createElement(Rows, {
    columns,
    height,
    rows: [
      ...Array.from({ length: lines - shown.length }, () => []),
      ...shown.toReversed(),
      [
        { text: label, style: "barTitle" },
        { text: fit(query, room + 1), style: "text" },
        { text: behind, style: "bar" },
      ],
    ],
  })
}

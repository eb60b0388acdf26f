import { createElement } from "react"
import { fit } from "../Width.ts"
import type { Piece } from "./Paint.ts"
import { Rows } from "./Rows.ts"

/** One line of one kind over the whole width. */
export const Line = (part: { readonly columns: number; readonly text: string; readonly style: Piece["style"] }) =>
  createElement(Rows, {
    columns: part.columns,
    height: 1,
    rows: [[{ text: fit(part.text, part.columns), style: part.style }]],
  })

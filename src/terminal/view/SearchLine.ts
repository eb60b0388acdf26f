import { useCursor } from "ink"
import { createElement } from "react"
import type { Search } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { cut, fit, width } from "../Width.ts"
import { Rows } from "./Rows.ts"

const place = ({ at, hits, query }: Search): string => {
  if (query === "") return "Esc ends it"
  return hits.length === 0 ? "not found" : `${at + 1} of ${hits.length}`
}

/** The query, and which of the hits is shown. */
export const SearchLine = (part: {
  readonly search: Search
  readonly columns: number
  /** Rows of the screen above it. */
  readonly top: number
}) => {
  const { columns, search, top } = part
  const { setCursorPosition } = useCursor()
  const behind = ` ${place(search)} `
  const label = cut(" Search: ", columns)
  const room = Math.max(0, columns - width(label) - width(behind) - 1)
  const query = cut(Plain.line(search.query), room)
  setCursorPosition({ x: Math.min(width(label) + width(query), columns - 1), y: top })
  return createElement(Rows, {
    columns,
    height: 1,
    rows: [
      [
        { text: label, style: "barTitle" },
        { text: fit(query, room + 1), style: "text" },
        { text: behind, style: "bar" },
      ],
    ],
  })
}

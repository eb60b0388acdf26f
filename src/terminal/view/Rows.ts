import { Box, Text } from "ink"
import { createElement, memo, useContext, createContext } from "react"
import type { Paint, Piece } from "./Paint.ts"

/** How rows are painted on this terminal. */
export const PaintContext = createContext<Paint>((row) => row.map(({ text }) => text).join(""))

const Line = memo(({ text }: { readonly text: string }) => createElement(Text, { wrap: "truncate-end" }, text))
Line.displayName = "Line"

/** A part of the screen of this size; rows that are missing are blank. */
export const Rows = (part: {
  readonly columns: number
  readonly height: number
  readonly rows: ReadonlyArray<ReadonlyArray<Piece>>
  /** Whether the rows are at its bottom, with the blank ones above. */
  readonly bottom?: boolean
}) => {
  const paint = useContext(PaintContext)
  const { bottom = false, columns, height, rows } = part
  const shown = rows.slice(0, height)
  const blank = Array.from({ length: height - shown.length }, () => [])
  return createElement(
    Box,
    { flexDirection: "column", flexShrink: 0, height, overflow: "hidden", width: columns },
    (bottom ? [...blank, ...shown] : [...shown, ...blank]).map((row, at) =>
      // Ink gives an empty line no height.
      createElement(Line, { key: at, text: paint(row) || " " }),
    ),
  )
}

import { createElement } from "react"
import type { Model } from "../Model.ts"
import { transferLines } from "../TransferLine.ts"
import { Rows } from "./Rows.ts"

/** The files that are on their way. */
export const Transfers = ({
  columns,
  height,
  model,
}: {
  readonly columns: number
  readonly height: number
  readonly model: Model
}) =>
  createElement(Rows, {
    columns,
    height,
    rows: transferLines(model, { columns, rows: height }).map((text) => [{ text, style: "pale" as const }]),
  })

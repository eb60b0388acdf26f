import * as Seq from "../../domain/Seq.ts"
import { HistoryError } from "../../history/HistoryError.ts"

/** Where a log begins and ends that nobody has written to. */
export const emptyLog = { seq: Seq.zero, first: Seq.next(Seq.zero) }

export const conflict = new HistoryError({ reason: "Conflict", operation: "append" })
export const fenced = new HistoryError({ reason: "Fenced", operation: "append" })

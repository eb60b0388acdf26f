import * as Schema from "effect/Schema"
import { storableText } from "./Text.ts"

/**
 * Identifies a history: where a channel's is another one than before, its places begin anew, and mean other entries.
 */
export const HistoryId = Schema.NonEmptyString.check(
  storableText("HistoryId", "identifies a history: where it is another, places begin anew"),
).pipe(Schema.brand("HistoryId"))
export type HistoryId = typeof HistoryId.Type

import * as Schema from "effect/Schema"
import { visibleText } from "./internal/visibleText.ts"
import { statusText } from "./Rules.ts"

/** How present a user is. */
export const Status = Schema.Literals(["online", "away", "busy"]).annotate({
  title: "Status",
  description: "how present a user is",
})
export type Status = typeof Status.Type

/** A short line beside the status: "back at three". */
export const StatusText = Schema.String.check(visibleText("StatusText", statusText))

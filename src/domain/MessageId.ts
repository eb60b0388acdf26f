import * as Schema from "effect/Schema"
import { maxMessageIdLength } from "./Limits.ts"

const message = `a message id: 1 to ${maxMessageIdLength} visible ASCII characters`

/**
 * An id a client makes for a message it publishes: 1 to 64 visible ASCII characters.
 * Publishing the same id again returns the first result.
 */
export const MessageId = Schema.String.check(
  Schema.isPattern(new RegExp(`^[!-~]{1,${maxMessageIdLength}}$`, "u"), {
    title: "MessageId",
    description: message,
    message,
  }),
).pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type

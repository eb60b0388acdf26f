import * as Schema from "effect/Schema"
import { messageId } from "./Rules.ts"

/**
 * An id a client makes for a message it publishes: 1 to 64 visible ASCII characters.
 * Publishing the same id again returns the first result.
 */
export const MessageId = Schema.String.check(
  Schema.isPattern(messageId.pattern, {
    title: "MessageId",
    description: messageId.expected,
    message: messageId.expected,
  }),
).pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type

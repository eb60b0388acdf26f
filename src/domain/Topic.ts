import * as Schema from "effect/Schema"
import { visibleText } from "./internal/text.ts"
import { maxTopicLength } from "./Limits.ts"

/** What a channel is about, one line; empty for none. */
export const Topic = Schema.String.check(
  visibleText({ title: "Topic", name: "a topic", minLength: 0, maxLength: maxTopicLength }),
).pipe(Schema.brand("Topic"))
export type Topic = typeof Topic.Type

export const none: Topic = Topic.make("")

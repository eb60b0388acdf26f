import * as Schema from "effect/Schema"
import { visibleText } from "./internal/visibleText.ts"
import { topic } from "./Rules.ts"

/** What a channel is about, one line; empty for none. */
export const Topic = Schema.String.check(visibleText("Topic", topic)).pipe(Schema.brand("Topic"))
export type Topic = typeof Topic.Type

export const none: Topic = Topic.make("")

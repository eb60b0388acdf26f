import * as Schema from "effect/Schema"
import { storableText } from "./Text.ts"

/** Identifies a channel for ever, whatever its name becomes: its history is kept by it. */
export const ChannelId = Schema.NonEmptyString.check(
  storableText("ChannelId", "identifies a channel for ever, whatever its name becomes"),
).pipe(Schema.brand("ChannelId"))
export type ChannelId = typeof ChannelId.Type

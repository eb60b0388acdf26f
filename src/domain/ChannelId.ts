import * as Schema from "effect/Schema"

/** Identifies a channel for ever, whatever its name becomes: its history is kept by it. */
export const ChannelId = Schema.NonEmptyString.pipe(Schema.brand("ChannelId"))
export type ChannelId = typeof ChannelId.Type

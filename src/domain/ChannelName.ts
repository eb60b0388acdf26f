import * as Schema from "effect/Schema"
import { maxNameLength } from "./Limits.ts"

const pattern = new RegExp(`^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,${maxNameLength - 1}}$`, "u")
const message = `a channel name: 1 to ${maxNameLength} letters, digits, ".", "_" or "-", starting with a letter or digit`

/** The name of a channel: 1 to 64 letters, digits, `.`, `_` or `-`, starting with a letter or digit. */
export const ChannelName = Schema.String.check(
  // The pattern counts characters, and one beyond the basic plane has two units.
  Schema.isMaxLength(maxNameLength, { message }),
  Schema.isPattern(pattern, {
    title: "ChannelName",
    description: message,
    message,
    // Nothing can be generated from classes as wide as the pattern's.
    arbitraryConstraint: { patterns: [{ source: "^[A-Za-z0-9à-öа-я一-丁][A-Za-z0-9à-ö._-]{0,20}$", flags: "u" }] },
  }),
).pipe(Schema.brand("ChannelName"))
export type ChannelName = typeof ChannelName.Type

/** Where version 1 sessions live: that protocol knows only one conversation. */
export const lobby: ChannelName = ChannelName.make("lobby")

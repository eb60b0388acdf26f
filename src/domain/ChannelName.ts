import * as Schema from "effect/Schema"
import { maxNameLength } from "./Limits.ts"
import { channelName, channelPattern } from "./Rules.ts"

/**
 * The name of a channel: 1 to 64 letters, digits, `.`, `_` or `-`, starting with a letter or digit; or, of the direct
 * conversation with a user, `@` and that user's name.
 */
export const ChannelName = Schema.String.check(
  Schema.makeFilter<string>(channelName.holds, {
    title: "ChannelName",
    description: channelName.expected,
    expected: channelName.expected,
    toJsonSchema: () => [{ maxLength: maxNameLength + 1, pattern: `^(?:${channelPattern}|@.+)$` }, true],
    // Nothing can be generated from classes as wide as the pattern's.
    arbitraryConstraint: {
      patterns: [
        {
          source: "^(?:[A-Za-z0-9à-öа-я一-丁][A-Za-z0-9à-ö._-]{0,20}|@[!-~à-ö一-丁😀](?:[ -~à-ö😀]{0,20}[!-~à-ö])?)$",
          flags: "u",
        },
      ],
    },
  }),
).pipe(Schema.brand("ChannelName"))
export type ChannelName = typeof ChannelName.Type

/** A name inside the hub, which knows a direct conversation by the ids of the two (`Direct.between`): longer than any name. */
export const HubChannelName = Schema.NonEmptyString.pipe(Schema.brand("ChannelName"))

/** Where version 1 sessions live: that protocol knows only one conversation. */
export const lobby: ChannelName = ChannelName.make("lobby")

import * as Schema from "effect/Schema"
import { maxNameLength } from "./Limits.ts"
import { Username } from "./Username.ts"

const ordinary = `[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,${maxNameLength - 1}}`
const pattern = new RegExp(`^${ordinary}$`, "u")
const isUsername = Schema.is(Username)
const message =
  `a channel name: 1 to ${maxNameLength} letters, digits, ".", "_" or "-", starting with a letter or digit; ` +
  `of a direct conversation "@" and the other user's name`

/**
 * The name of a channel: 1 to 64 letters, digits, `.`, `_` or `-`, starting with a letter or digit; or, of the direct
 * conversation with a user, `@` and that user's name.
 */
export const ChannelName = Schema.String.check(
  Schema.makeFilter<string>(
    (name) =>
      name.startsWith("@")
        ? isUsername(name.slice(1))
        : // The pattern counts characters, and one beyond the basic plane has two units.
          name.length <= maxNameLength && pattern.test(name),
    {
      title: "ChannelName",
      description: message,
      expected: message,
      toJsonSchema: () => [{ maxLength: maxNameLength + 1, pattern: `^(?:${ordinary}|@.+)$` }, true],
      // Nothing can be generated from classes as wide as the pattern's.
      arbitraryConstraint: {
        patterns: [
          {
            source: "^(?:[A-Za-z0-9à-öа-я一-丁][A-Za-z0-9à-ö._-]{0,20}|@[!-~à-ö一-丁😀](?:[ -~à-ö😀]{0,20}[!-~à-ö])?)$",
            flags: "u",
          },
        ],
      },
    },
  ),
).pipe(Schema.brand("ChannelName"))
export type ChannelName = typeof ChannelName.Type

/** A name inside the hub, which knows a direct conversation by the ids of the two (`Direct.between`): longer than any name. */
export const HubChannelName = Schema.NonEmptyString.pipe(Schema.brand("ChannelName"))

/** Where version 1 sessions live: that protocol knows only one conversation. */
export const lobby: ChannelName = ChannelName.make("lobby")

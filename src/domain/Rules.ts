/**
 * What names, ids and other texts have to be, apart from `effect/Schema`: a page that checks them need not have all of
 * that. The schemas of the same names are made of them.
 */
import { isStorable } from "./internal/storable.ts"
import { isVisible } from "./internal/text.ts"
import { maxMessageIdLength, maxNameLength, maxReactionLength, maxStatusTextLength, maxTopicLength } from "./Limits.ts"

export interface Rule {
  /** In words, behind "expected". */
  readonly expected: string
  readonly holds: (text: string) => boolean
}

export interface PatternRule extends Rule {
  readonly pattern: RegExp
}

/** One line that is safe to show. */
export interface LineRule extends Rule {
  readonly minLength: number
  readonly maxLength: number
}

const byPattern = (expected: string, pattern: RegExp): PatternRule => ({
  expected,
  pattern,
  holds: (text) => pattern.test(text),
})

const line = (name: string, minLength: number, maxLength: number): LineRule => ({
  expected: `${name}: ${minLength} to ${maxLength} characters, none of them invisible, no space at either end`,
  minLength,
  maxLength,
  holds: (text) => isVisible(text, { minLength, maxLength }),
})

/** An id that stays for ever, and that every store can hold. */
const id = (name: string): Rule => ({
  expected: `${name}, text without NUL and lone surrogates`,
  holds: (text) => text.length > 0 && isStorable(text),
})

export const userId = id("UserId")
export const channelId = id("ChannelId")
export const historyId = id("HistoryId")

export const username = line("a user name", 1, maxNameLength)
export const topic = line("a topic", 0, maxTopicLength)
export const statusText = line("a status text", 0, maxStatusTextLength)

export const messageId = byPattern(
  `a message id: 1 to ${maxMessageIdLength} visible ASCII characters`,
  new RegExp(`^[!-~]{1,${maxMessageIdLength}}$`, "u"),
)
export const fileId = byPattern(
  "the id of a file, as the server gave it",
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
)
export const sha256 = byPattern("a SHA-256: 64 hexadecimal digits in lower case", /^[0-9a-f]{64}$/)
export const addressRange = byPattern(
  "an address or a range of them: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32",
  /^[0-9a-fA-F:.]{2,45}(?:\/\d{1,3})?$/,
)

/** Of a channel that is no direct conversation. */
export const channelPattern = `[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,${maxNameLength - 1}}`
const ordinaryChannel = new RegExp(`^${channelPattern}$`, "u")

export const channelName: Rule = {
  expected:
    `a channel name: 1 to ${maxNameLength} letters, digits, ".", "_" or "-", starting with a letter or digit; ` +
    `of a direct conversation "@" and the other user's name`,
  holds: (name) =>
    name.startsWith("@")
      ? username.holds(name.slice(1))
      : // The pattern counts characters, and one beyond the basic plane has two units.
        name.length <= maxNameLength && ordinaryChannel.test(name),
}

// Many emoji are joined by signs that a text may not have. Made when it is needed: it takes ten milliseconds. No literal:
// planted as a bug, its opposite would be no program any more (`npm run mutate`).
let emoji: RegExp | undefined
const isEmoji = (text: string): boolean => (emoji ??= new RegExp("^\\p{RGI_Emoji}$", "v")).test(text)

export const reaction: Rule = {
  expected: `a reaction: one emoji, or 1 to ${maxReactionLength} visible characters, no space at either end`,
  holds: (text) => isEmoji(text) || isVisible(text, { minLength: 1, maxLength: maxReactionLength }),
}

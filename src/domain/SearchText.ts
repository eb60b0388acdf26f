/**
 * What people search for, as they type it: words, phrases in quotes, and filters. One rule for every door; a page can read
 * it, too. Days are those of UTC.
 */
import type { ChannelName } from "./ChannelName.ts"
import { channelName, username } from "./Rules.ts"
import type { Username } from "./Username.ts"

export interface SearchText {
  /** All that is neither a phrase nor a filter. */
  readonly words: string
  /** Texts that stand in a message as they are. */
  readonly phrases: ReadonlyArray<string>
  /** By one of these; by anybody where there are none. */
  readonly from: ReadonlyArray<Username>
  readonly channel: ChannelName | undefined
  /** From this moment on, and before that one, in milliseconds since 1970. */
  readonly since: number | undefined
  readonly until: number | undefined
  /** Only what carries a file. */
  readonly file: boolean
  /** Only what has a web address in it. */
  readonly link: boolean
}

/** A filter that is not what it should be, in words. */
export interface Malformed {
  readonly malformed: string
}

/** Each is one more thing that every message is compared with. */
const maxNames = 8
const maxPhrases = 4

const dayMs = 86_400_000

// A quote may be any of those that keyboards make of one.
const parts =
  /(?<!\S)(from|in|before|after|has)[:：](?:["“”„]([^"“”„]+)["“”„](?!\S)|([^\s"“”„]+)(?!\S))|["＂“”„«»「」『』]([^"＂“”„«»「」『』]*)["＂“”„«»「」『』]/giu

const isChannelName = (text: string): text is ChannelName => channelName.holds(text)
const isUsername = (text: string): text is Username => username.holds(text)

/** The beginning of a day, `2026-11-01`; undefined where there is no such day. */
const dayOf = (text: string): number | undefined => {
  const [, year = 0, month = 0, day = 0] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number)
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  if (year < 1970 || day < 1 || day > (lengths[month - 1] ?? 0)) return undefined
  // Leap days up to the year before, counted from the year 0.
  const leapDays = (until: number) => Math.floor(until / 4) - Math.floor(until / 100) + Math.floor(until / 400)
  const days = (year - 1970) * 365 + leapDays(year - 1) - leapDays(1969)
  return (lengths.slice(0, month - 1).reduce((sum, length) => sum + length, days) + day - 1) * dayMs
}

/** Reads it. What looks like a filter and is none of these is words. */
export const parse = (text: string): SearchText | Malformed => {
  const phrases: Array<string> = []
  const from = new Set<Username>()
  const channels = new Set<ChannelName>()
  let since: number | undefined
  let until: number | undefined
  let file = false
  let link = false
  let malformed: string | undefined

  const filter = (name: string, value: string): void => {
    switch (name) {
      case "from": {
        const author = value.replace(/^@/, "")
        if (isUsername(author)) from.add(author)
        else malformed = `"from:" needs ${username.expected}`
        return
      }
      case "in": {
        const channel = value.replace(/^#/, "")
        if (isChannelName(channel)) channels.add(channel)
        else malformed = `"in:" needs ${channelName.expected}`
        return
      }
      case "has":
        if (/^file$/i.test(value)) file = true
        else if (/^link$/i.test(value)) link = true
        else malformed = `"has:" knows "file" and "link"`
        return
      default: {
        const day = dayOf(value)
        if (day === undefined) malformed = `"${name}:" needs a day, like 2026-11-01`
        // The day itself is neither before nor after it.
        else if (name === "before") until = Math.min(until ?? day, day)
        else since = Math.max(since ?? 0, day + dayMs)
      }
    }
  }

  const words = text.replaceAll(parts, (_, name?: string, quoted?: string, value?: string, phrase?: string) => {
    if (name === undefined && phrase?.trim()) phrases.push(phrase.trim())
    if (name !== undefined) filter(name.toLowerCase(), (quoted ?? value ?? "").trim())
    return " "
  })
  if (from.size > maxNames) malformed = `"from:" names more than ${maxNames} people`
  if (phrases.length > maxPhrases) malformed = `there are more than ${maxPhrases} phrases`
  if (channels.size > 1) malformed = `"in:" names two channels`
  if (malformed !== undefined) return { malformed }
  const [channel] = channels
  return {
    words: words.trim(),
    phrases,
    from: [...from],
    channel,
    since,
    until,
    file,
    link,
  }
}

/** What is typed behind a slash, as far as the terminal and the page read it the same way. */

/** Commands that both have: each with its name, then others by which people know it. */
export const commandNames = {
  join: ["join", "j"],
  leave: ["leave", "part", "close"],
  msg: ["msg", "dm", "query", "w", "tell"],
  me: ["me"],
  users: ["users", "names", "who", "members"],
  status: ["status"],
  away: ["away", "afk"],
  back: ["back", "online"],
  topic: ["topic"],
  channels: ["channels", "list"],
  react: ["react", "r"],
  search: ["search", "s"],
  info: ["info", "about"],
  invite: ["invite"],
  kick: ["kick"],
  ban: ["ban"],
  unban: ["unban"],
  mute: ["mute"],
  unmute: ["unmute"],
  notify: ["notify"],
  help: ["help", "h", "?"],
} as const satisfies Readonly<Record<string, readonly [string, ...ReadonlyArray<string>]>>

export type CommandName = keyof typeof commandNames

export const firstWord = (text: string): readonly [word: string, rest: string] => {
  const [, word = "", rest = ""] = /^(\S*)\s*([^]*)$/.exec(text)!
  return [word, rest]
}

/** The channel `ops` may be written `#ops`. */
export const channelOf = (text: string): string => (text.startsWith("@") ? text : text.replace(/^#+/, ""))

/**
 * Splits what is behind a command into a name and the rest. Names may have spaces in them, so the longest counts of those that
 * are known, as they are written. Undefined where none is known.
 */
export const withNameFirst = (
  text: string,
  known: ReadonlyArray<string>,
): readonly [name: string, rest: string] | undefined => {
  const begins = (name: string) => `${text.toLowerCase()} `.startsWith(`${name.toLowerCase()} `)
  const [name] = known.filter(begins).toSorted((a, b) => b.length - a.length)
  return name === undefined ? undefined : [name, text.slice(name.length).trimStart()]
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** How long a ban or a mute holds, in milliseconds, and why. */
export interface Terms {
  readonly duration: number | undefined
  readonly reason: string | undefined
}

/** `10m rude` is ten minutes, and why. */
export const termsOf = (text: string): Terms => {
  const [word, rest] = firstWord(text)
  const [, count, unit] = /^(\d{1,6})(s|m|h|d)$/.exec(word) ?? []
  const duration = count === undefined ? undefined : Number(count) * units[unit!]!
  const reason = duration === undefined ? text : rest
  return { duration, reason: reason === "" ? undefined : reason }
}

/** Emoji by the names that people type: `:+1:`. */
export const emoji: Readonly<Record<string, string>> = {
  "+1": "👍",
  "-1": "👎",
  "100": "💯",
  clap: "👏",
  cry: "😢",
  eyes: "👀",
  fire: "🔥",
  heart: "❤️",
  joy: "😂",
  no: "❌",
  ok: "👌",
  party: "🎉",
  pray: "🙏",
  question: "❓",
  rocket: "🚀",
  smile: "😄",
  tada: "🎉",
  thinking: "🤔",
  thumbsdown: "👎",
  thumbsup: "👍",
  wave: "👋",
  yes: "✅",
}

/** The emoji of a name, or the text itself; undefined for a name that is none. */
export const reactionOf = (text: string): string | undefined => {
  const [, name] = /^:([^:\s]+):$/.exec(text) ?? []
  if (name === undefined) return text
  return Object.hasOwn(emoji, name) ? emoji[name] : undefined
}

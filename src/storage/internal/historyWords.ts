/** What the full-text indexes of SQLite and Postgres are made of. */
import type { ChannelId } from "../../domain/ChannelId.ts"
import { wordsOf } from "../../history/Words.ts"

/**
 * A word that stands for the channel, so that a search reads no further than the index says it may: no text has it,
 * since it begins with what is neither a letter nor a digit. Two channels may share one.
 */
const channelWord = (channel: ChannelId): string => {
  let hash = 0x811c9dc5
  for (let at = 0; at < channel.length; at++) hash = Math.imul(hash ^ channel.charCodeAt(at), 0x01000193)
  return `\ue000${(hash >>> 0).toString(36)}`
}

/** Says what is indexed of a channel's contents. */
export const indexed = (channel: ChannelId): ((content: string) => ReadonlyArray<string>) => {
  const place = channelWord(channel)
  return (content) => [...wordsOf(content), place]
}

/**
 * What finds all the words of a text in one of the channels, in the language of that index; nothing where there are no
 * words. There is nothing to escape: what words are made of has no meaning in either language once it is quoted.
 */
export const query = (
  text: string,
  channels: ReadonlyArray<ChannelId>,
  { and, or, quote }: { readonly and: string; readonly or: string; readonly quote: string },
): string | undefined => {
  const words = [...wordsOf(text)]
  if (words.length === 0 || channels.length === 0) return undefined
  const quoted = (word: string) => `${quote}${word}${quote}`
  const places = [...new Set(channels.map(channelWord))].map(quoted).join(or)
  return [...words.map(quoted), `(${places})`].join(and)
}

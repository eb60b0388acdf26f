/** The words in the full-text indexes of SQLite and Postgres, and the searches for them. */
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { Wanted } from "../../domain/SoughtPiece.ts"
import { linkWords, type Sought } from "../../history/Sought.ts"
import { wordsOf } from "../../history/Words.ts"

/**
 * A word that stands for the channel and is indexed with each of its messages, so that a search finds only rows of the
 * channels it may read. No text has it, since it begins with neither a letter nor a digit. Two channels may share one.
 */
const channelWord = (channel: ChannelId): string => {
  let hash = 0x811c9dc5
  for (let at = 0; at < channel.length; at++) hash = Math.imul(hash ^ channel.charCodeAt(at), 0x01000193)
  return `\ue000${(hash >>> 0).toString(36)}`
}

/** The words under which a message of the channel is indexed. */
export const indexed = (channel: ChannelId): ((content: string) => ReadonlyArray<string>) => {
  const place = channelWord(channel)
  return (content) => [...wordsOf(content), place]
}

/** The syntax of an index: Postgres and SQLite say the same in other signs. */
export interface Syntax {
  readonly and: string
  readonly or: string
  readonly quote: string
  /** Behind a word that may go on. */
  readonly prefix: string
}

/**
 * The search for all of these words in any of the channels, in the syntax of the index; undefined if there are no words.
 * Nothing has to be escaped: letters, marks, digits and emoji have no meaning of their own once they are quoted.
 */
export const query = (
  { link, words }: Pick<Sought, "link" | "words">,
  channels: ReadonlyArray<ChannelId>,
  { and, or, prefix, quote }: Syntax,
): string | undefined => {
  if ((words.length === 0 && !link) || channels.length === 0) return undefined
  const term = ({ whole, word }: Wanted) => `${quote}${word}${quote}${whole ? "" : prefix}`
  const anyOf = (terms: ReadonlyArray<string>) => `(${terms.join(or)})`
  const places = new Set(channels.map(channelWord))
  return [
    ...words.map(term),
    ...(link ? [anyOf(linkWords.map(term))] : []),
    anyOf(Array.from(places, (word) => term({ word, whole: true }))),
  ].join(and)
}

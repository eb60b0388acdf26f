/** Lines that are commands without a slash, as people type them in Slack and on IRC. */
import { reactionOf } from "../../text/Emoji.ts"
import { shorthandOf } from "../../text/Shorthand.ts"
import type { Command } from "../Command.ts"
import { wrong } from "./CommandEntry.ts"

/** A picture: letters, digits and signs are something that people say. */
const isEmoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u

/** The command that a line is; undefined where it is something to be said. */
export const lineCommand = (line: string): Command | undefined => {
  const shorthand = shorthandOf(line)
  if (shorthand?._tag !== "React") return shorthand
  const meant = reactionOf(shorthand.word)
  return meant === undefined
    ? wrong(`there is no ${shorthand.word}; a blank before the line says it as it is`)
    : { _tag: "React", reaction: meant, from: undefined }
}

/** What `/react` takes: an emoji, its name between colons, or its name alone; undefined for a word that is none. */
export const reactionIn = (word: string): string | undefined => {
  const named = reactionOf(/^[\w+-]+$/.test(word) ? `:${word}:` : word)
  return named !== undefined && /[\p{L}\p{N}]/u.test(named) && !isEmoji.test(named) ? undefined : named
}

/** Lines that are commands without a slash, as people type them in Slack and on IRC. */
import { reactionOf } from "../../text/Emoji.ts"
import type { Command } from "../Command.ts"
import { wrong } from "./CommandEntry.ts"

/** With a last slash only: "s/he/they" is something that people say. */
const correction = /^s\/((?:\\.|[^\\/\n])+)\/((?:\\.|[^\\/\n])*)\/(g?)$/

/** What stands behind a backslash, a slash above all, is meant as it is. */
const unescaped = (text: string): string => text.replaceAll(/\\(.)/g, "$1")

const reaction = /^\+(:[^:\s]+:|\S{1,16})$/

/** A picture: letters, digits and signs are something that people say. */
const isEmoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u

/** The command that a line is; undefined where it is something to be said. */
export const lineCommand = (line: string): Command | undefined => {
  const [, old, to = "", all] = correction.exec(line) ?? []
  if (old !== undefined) return { _tag: "Correct", old: unescaped(old), to: unescaped(to), all: all === "g" }
  const [, word] = reaction.exec(line) ?? []
  if (word === undefined || !(isEmoji.test(word) || /^:.*:$/.test(word))) return undefined
  const meant = reactionOf(word)
  return meant === undefined
    ? wrong(`there is no ${word}; a blank before the line says it as it is`)
    : { _tag: "React", reaction: meant, from: undefined }
}

/** What `/react` takes: an emoji, its name between colons, or its name alone; undefined for a word that is none. */
export const reactionIn = (word: string): string | undefined => {
  const named = reactionOf(/^[\w+-]+$/.test(word) ? `:${word}:` : word)
  return named !== undefined && /[\p{L}\p{N}]/u.test(named) && !isEmoji.test(named) ? undefined : named
}

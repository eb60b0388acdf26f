/**
 * `/me waves`: what somebody does, shown as "* ann waves". It is a text like any other, so that whoever does not know it sees it
 * as it was typed.
 */
import { type Block, parse } from "./Markdown.ts"

const sign = "/me "

/** What is done; undefined where something is said. */
export const emoteOf = (content: string): string | undefined => {
  const deed = content.startsWith(sign) ? content.slice(sign.length).trimStart() : ""
  return deed === "" ? undefined : deed
}

/** The message by which one does it. */
export const emote = (deed: string): string => sign + deed

/** Before a name it says that what follows is done; empty where something is said. */
export const starOf = (content: string): string => (emoteOf(content) === undefined ? "" : "* ")

/** What stands before what is done. */
export const beginning = (name: string): string => `* ${name} `

/** A message behind the name of who wrote it: "ann: soup?", or "* ann waves". */
export const withName = (name: string, content: string): string => {
  const deed = emoteOf(content)
  return deed === undefined ? `${name}: ${content}` : beginning(name) + deed
}

/** What is done as a tree, in which the name comes first. What is in the name is no mark. */
export const parseEmote = (name: string, deed: string): ReadonlyArray<Block> => {
  const [first, ...rest] = parse(deed)
  const start = { _tag: "Text", text: beginning(name), isAuthor: true } as const
  if (first?._tag !== "Lines") return [{ _tag: "Lines", lines: [[start]] }, ...parse(deed)]
  const [line = [], ...lines] = first.lines
  return [{ _tag: "Lines", lines: [[start, ...line], ...lines] }, ...rest]
}

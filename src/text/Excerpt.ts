/** The first words of what somebody wrote, in one line and without marks: what stands above whatever answers it. */
import { emojiOf } from "./Emoji.ts"
import { emoteOf } from "./Emote.ts"
import { type Block, type Inline, parse } from "./Markdown.ts"

/** Characters of a text that are looked at, and those that are shown at most. */
const maxRead = 1000
const maxLength = 200

const wordsOf = (part: Inline): string => {
  switch (part._tag) {
    case "Text":
    case "Code":
    case "Link":
      return part.text
    case "Mention":
      return `@${part.name}`
    case "Channel":
      return `#${part.name}`
    case "Emoji":
      return emojiOf(part.name) ?? `:${part.name}:`
    default:
      return part.content.map(wordsOf).join("")
  }
}

const textOf = (block: Block): string => {
  switch (block._tag) {
    case "Lines":
      return block.lines.map((line) => line.map(wordsOf).join("")).join(" ")
    case "CodeBlock":
      return block.text
    case "Quote":
      return block.content.map(textOf).join(" ")
    case "List":
      return block.items.map((item) => item.map(textOf).join(" ")).join(" ")
  }
}

const oneLine = (blocks: ReadonlyArray<Block>): string =>
  blocks
    .map(textOf)
    .join(" ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/, "")

/**
 * Words of others that it quotes are left out, where it has any of its own. Empty where there are none at all. It stands behind
 * the name of who wrote it: of what somebody does it is that alone.
 */
export const excerpt = (text: string): string => {
  const blocks = parse((emoteOf(text) ?? text).slice(0, maxRead))
  const own = oneLine(blocks.filter(({ _tag }) => _tag !== "Quote"))
  return own === "" ? oneLine(blocks) : own
}

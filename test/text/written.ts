/** Trees of what people write, as short texts that tests can compare. */
import type { Block, Inline } from "../../src/text/Markdown.ts"

/** What is shown, and nothing else. */
const textOf = (node: Inline): string => {
  switch (node._tag) {
    case "Text":
    case "Code":
      return node.text
    case "Link":
      return node.text === node.url ? node.url : node.text + node.url
    case "Mention":
    case "Channel":
    case "Emoji":
      return node.name
    default:
      return node.content.map(textOf).join("")
  }
}

/** All text of a tree in its order. */
export const shown = (blocks: ReadonlyArray<Block>): string =>
  blocks
    .map((block) => {
      switch (block._tag) {
        case "Lines":
          return block.lines.map((line) => line.map(textOf).join("")).join("")
        case "CodeBlock":
          return block.language + block.text
        case "Quote":
          return shown(block.content)
        case "List":
          return block.items
            .map((item, at) => (block.start === undefined ? "" : String(block.start + at)) + shown(item))
            .join("")
      }
    })
    .join("")

const inline = (node: Inline): string => {
  switch (node._tag) {
    case "Text":
      return node.text
    case "Code":
      return `code(${node.text})`
    case "Link":
      return node.text === node.url ? `link(${node.url})` : `link(${node.text}|${node.url})`
    case "Mention":
    case "Channel":
    case "Emoji":
      return `${node._tag.toLowerCase()}(${node.name})`
    default:
      return `${node._tag.toLowerCase()}(${node.content.map(inline).join("")})`
  }
}

/** A tree as text: a line for each line, `kind(…)` for what is marked. */
export const drawn = (blocks: ReadonlyArray<Block>): ReadonlyArray<string> =>
  blocks.flatMap((block) => {
    switch (block._tag) {
      case "Lines":
        return block.lines.map((line) => line.map(inline).join(""))
      case "CodeBlock":
        return [`code ${block.language}:`, ...block.text.split("\n").map((line) => `  ${line}`)]
      case "Quote":
        return drawn(block.content).map((line) => `> ${line}`)
      case "List":
        return block.items.flatMap((item, at) =>
          drawn(item).map((line, index) => {
            const sign = block.start === undefined ? "-" : `${block.start + at}.`
            return index === 0 ? `${sign} ${line}` : `  ${line}`
          }),
        )
    }
  })

const deepestIn = (nodes: ReadonlyArray<Inline>): number =>
  1 + nodes.reduce((most, node) => Math.max(most, "content" in node ? deepestIn(node.content) : 0), 0)

/** How deep a tree is, lines and marks in them counted. */
export const depthOf = (blocks: ReadonlyArray<Block>): number =>
  blocks.reduce((most, block) => {
    switch (block._tag) {
      case "Lines":
        return block.lines.reduce((most, line) => Math.max(most, deepestIn(line)), most)
      case "CodeBlock":
        return Math.max(most, 1)
      case "Quote":
        return Math.max(most, 1 + depthOf(block.content))
      case "List":
        return block.items.reduce((most, item) => Math.max(most, 1 + depthOf(item)), most)
    }
  }, 0)

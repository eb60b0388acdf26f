/**
 * What people write, as a tree that any renderer can show: a small part of Markdown, without HTML. What is not well-formed
 * stays as it was typed, and nothing but marks is ever left out. It takes time in proportion to the text, whatever it is.
 */
import { type Inline, inlines, withEmoji as lineWithEmoji } from "./internal/inlines.ts"

export type { Inline } from "./internal/inlines.ts"

/** What stands on one line. */
type Line = ReadonlyArray<Inline>

export type Block =
  /** Lines as they were typed, those that are empty included. */
  | { readonly _tag: "Lines"; readonly lines: ReadonlyArray<Line> }
  /** What was between fences; `language` is the word behind the first, or empty. */
  | { readonly _tag: "CodeBlock"; readonly language: string; readonly text: string }
  | { readonly _tag: "Quote"; readonly content: ReadonlyArray<Block> }
  /** `start` is the number of the first item, and each has one more than that before it; undefined where items have none. */
  | {
      readonly _tag: "List"
      readonly start: number | undefined
      readonly items: ReadonlyArray<ReadonlyArray<Block>>
    }

/** Quotes and lists in one another; marks that are deeper stay as they were typed. */
const maxDepth = 4

const fence = /^(`{3,})([\w+#.-]*)\s*$/
const quoted = /^>(?: |$)/
const item = /^( *)([-*]|(?:0|[1-9]\d{0,8})\.)( +)(?=\S)(?![-*](?: |$))/

interface Marker {
  readonly indent: number
  /** The sign, or the number with its full stop. */
  readonly sign: string
  /** Where the text begins. */
  readonly width: number
}

const markerOf = (line: string): Marker | undefined => {
  const found = item.exec(line)
  return found === null ? undefined : { indent: found[1]!.length, sign: found[2]!, width: found[0].length }
}

/** Whether an item may stand behind one of the same list: its numbers are shown as they were typed. */
const follows = (one: string, next: string): boolean =>
  one.length > 1 ? next === `${Number.parseInt(one, 10) + 1}.` : next === one

/** Indented by spaces alone. */
const spaced = (line: string): string => line.replace(/^\s+/, (space) => space.replaceAll("\t", "    "))

/** The columns before the text of a line; -1 where there is none. */
const indentOf = (line: string): number => spaced(line).search(/\S/)

/** The lines of an item without the indentation that they have in common. */
const outdented = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const indents = lines.map(indentOf).filter((indent) => indent !== -1)
  const least = indents.reduce((least, indent) => Math.min(least, indent), Number.POSITIVE_INFINITY)
  return lines.map((line) => spaced(line).slice(least))
}

/** Told which lines of a text are code, its fences among them. */
type OnCode = (from: number, to: number) => void

/** The blocks of some lines, in quotes and lists of this depth; `base` is how many lines of the text are before them. */
const blocksOf = (lines: ReadonlyArray<string>, depth: number, base = 0, onCode?: OnCode): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  /** Ordinary lines that are not in a block yet. */
  let plain: Array<Line> = []
  /** Fences that close nowhere, so that they are not looked for again. */
  const open = new Set<string>()
  const add = (block: Block) => {
    if (plain.length > 0) blocks.push({ _tag: "Lines", lines: plain })
    plain = []
    blocks.push(block)
  }
  /** Behind the lines of an item. */
  const endOf = (from: number, indent: number): number => {
    let end = from
    for (let at = from; at < lines.length; at++) {
      const inner = indentOf(lines[at]!)
      if (inner === -1) continue
      if (inner < indent + 2) break
      end = at + 1
    }
    return end
  }
  let at = 0

  /** Code between two fences; false where there is no second. */
  const code = (line: string): boolean => {
    const [, ticks = "", language = ""] = fence.exec(line) ?? []
    if (ticks === "" || open.has(ticks)) return false
    let end = at + 1
    while (end < lines.length && lines[end]!.trimEnd() !== ticks) end++
    if (end === lines.length) {
      open.add(ticks)
      return false
    }
    add({ _tag: "CodeBlock", language, text: lines.slice(at + 1, end).join("\n") })
    onCode?.(base + at, base + end + 1)
    at = end + 1
    return true
  }

  const quote = (line: string): boolean => {
    if (depth >= maxDepth || !quoted.test(line)) return false
    const inside: Array<string> = []
    const from = base + at
    for (; at < lines.length && quoted.test(lines[at]!); at++) inside.push(lines[at]!.slice(2))
    add({ _tag: "Quote", content: blocksOf(inside, depth + 1, from, onCode) })
    return true
  }

  const list = (line: string): boolean => {
    let marker = depth < maxDepth ? markerOf(line) : undefined
    if (marker === undefined) return false
    const items: Array<ReadonlyArray<Block>> = []
    const start = marker.sign.length > 1 ? Number.parseInt(marker.sign, 10) : undefined
    while (marker !== undefined) {
      const { indent, sign, width }: Marker = marker
      const first = lines[at]!.slice(width)
      const end = endOf(at + 1, indent)
      items.push(blocksOf([first].concat(outdented(lines.slice(at + 1, end))), depth + 1, base + at, onCode))
      at = end
      const next: Marker | undefined = at < lines.length ? markerOf(lines[at]!) : undefined
      marker = next !== undefined && follows(sign, next.sign) ? next : undefined
    }
    add({ _tag: "List", start, items })
    return true
  }

  while (at < lines.length) {
    const line = lines[at]!
    if (code(line) || quote(line) || list(line)) continue
    plain.push(inlines(line))
    at++
  }
  if (plain.length > 0) blocks.push({ _tag: "Lines", lines: plain })
  return blocks
}

export const parse = (text: string): ReadonlyArray<Block> => blocksOf(text.split(/\r\n?|\n/), 0)

/** A text in which emoji stand for their names between colons, wherever they would be shown so: not in code, nor in links. */
export const withEmoji = (text: string, emojiOf: (name: string) => string | undefined): string => {
  const code = new Set<number>()
  // A line break of two characters stays one.
  const lines = text.split(/(\r\n?|\n)/)
  blocksOf(
    lines.filter((_, at) => at % 2 === 0),
    0,
    0,
    (from, to) => {
      for (let line = from; line < to; line++) code.add(line)
    },
  )
  return lines.map((line, at) => (at % 2 === 1 || code.has(at / 2) ? line : lineWithEmoji(line, emojiOf))).join("")
}

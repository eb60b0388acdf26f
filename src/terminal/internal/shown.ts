/** What people write as the lines of a terminal: marks become formats where there are some, and stay as typed elsewhere. */
import { emojiOf } from "../../text/Emoji.ts"
import { beginning, emoteOf, parseEmote } from "../../text/Emote.ts"
import { links } from "../../text/Links.ts"
import { type Block, type Inline, parse } from "../../text/Markdown.ts"
import type { Range } from "../../text/Range.ts"
import type { Format, Formats } from "../Format.ts"
import * as Plain from "../Plain.ts"

export interface Mark extends Range {
  readonly style?: "text" | "code" | "link" | "pale"
  readonly url?: string
  readonly format?: Format
}

/** A line that is still to be wrapped. */
export interface ShownLine {
  /** What stands before its first row, and before those that follow: bars and signs, each of one column. */
  readonly first: string
  readonly rest: string
  readonly text: string
  readonly marks: ReadonlyArray<Mark>
}

const typed = (text: string): ShownLine => ({
  first: "",
  rest: "",
  text,
  marks: links(text).map(({ end, start }) => ({ start, end, style: "link", url: text.slice(start, end) })),
})

const formats = { Strong: "bold", Emphasis: "italic", Strike: "struck" } as const

/** One line, put together from its parts. */
class LineText {
  text = ""
  readonly marks: Array<Mark> = []
  private readonly available: Formats

  constructor(available: Formats) {
    this.available = available
  }

  add(parts: ReadonlyArray<Inline>): this {
    for (const part of parts) this.part(part)
    return this
  }

  private marked(mark: Omit<Mark, keyof Range>, write: () => void): void {
    const start = this.text.length
    write()
    this.marks.push({ ...mark, start, end: this.text.length })
  }

  private part(part: Inline): void {
    switch (part._tag) {
      case "Text":
        if (part.isAuthor === true) return this.marked({ style: "text" }, () => (this.text += part.text))
        this.text += part.text
        return
      case "Code":
        return this.marked({ style: "code" }, () => (this.text += part.text))
      case "Link": {
        const { text, url } = part
        // Not every terminal says where a link leads before one is there.
        if (text !== url) this.text += `[${text}](`
        this.marked({ style: "link", url }, () => (this.text += url))
        if (text !== url) this.text += ")"
        return
      }
      case "Mention":
        this.text += `@${part.name}`
        return
      case "Channel":
        this.text += `#${part.name}`
        return
      case "Emoji":
        this.text += emojiOf(part.name) ?? `:${part.name}:`
        return
      default: {
        const format = formats[part._tag]
        if (this.available.has(format)) return this.marked({ format }, () => this.add(part.content))
        this.text += part.mark
        this.add(part.content).text += part.mark
      }
    }
  }
}

const bar = "│ "
const bullet = "• "

/** The lines of some blocks: before the first of them stands `first`, and before all others `rest`. */
const linesOf = (
  blocks: ReadonlyArray<Block>,
  available: Formats,
  first: string,
  rest: string,
): ReadonlyArray<ShownLine> => {
  const lines: Array<ShownLine> = []
  const before = () => (lines.length === 0 ? first : rest)
  const add = (text: string, marks: ReadonlyArray<Mark>) => lines.push({ first: before(), rest, text, marks })
  for (const block of blocks) {
    switch (block._tag) {
      case "Lines":
        for (const line of block.lines) {
          const { marks, text } = new LineText(available).add(line)
          add(text, marks)
        }
        break
      case "CodeBlock":
        for (const line of block.text.split("\n")) {
          lines.push({
            first: `${before()}  `,
            rest: `${rest}  `,
            text: line,
            marks: [{ start: 0, end: line.length, style: "code" }],
          })
        }
        break
      case "Quote":
        for (const line of linesOf(block.content, available, before() + bar, rest + bar)) lines.push(line)
        break
      case "List":
        for (const [at, item] of block.items.entries()) {
          const sign = block.start === undefined ? bullet : `${block.start + at}. `
          for (const line of linesOf(item, available, before() + sign, rest + " ".repeat(sign.length))) lines.push(line)
        }
    }
  }
  return lines
}

/** Whether a text is safe to show, now that its marks are gone: letters that they kept apart could make a pile. */
const isPlain = ({ text }: ShownLine): boolean => Plain.lines(text)[0] === text

/** The lines of a message; what somebody does begins with their name, where that is given. */
export const shownLines = (content: string, available: Formats, from?: string): ReadonlyArray<ShownLine> => {
  const deed = from === undefined ? undefined : emoteOf(content)
  const name = deed === undefined ? undefined : Plain.name(from!)
  const text = Plain.lines(deed ?? content).join("\n")
  const unmarked = () => (name === undefined ? text : beginning(name) + text).split("\n").map(typed)
  if (available.size === 0) return unmarked()
  const shown = linesOf(name === undefined ? parse(text) : parseEmote(name, text), available, "", "")
  return shown.every(isPlain) ? shown : unmarked()
}

/** Lines as they were typed, whatever is in them. */
export const typedLines = (content: string): ReadonlyArray<ShownLine> => Plain.lines(content).map(typed)

/** The text of a message as it is shown, line by line. */
export const shownText = (content: string, available: Formats): string =>
  shownLines(content, available)
    .map(({ first, text }) => first + text)
    .join("\n")

/** What stands on one line: marked text, code, links, names. */
import { maxNameLength } from "../../domain/Limits.ts"
import { addressPattern, addressLength } from "../Links.ts"

export type Inline =
  /** `isAuthor` says that it is who does what follows: a name in it is no mention of anybody. */
  | { readonly _tag: "Text"; readonly text: string; readonly isAuthor?: true }
  /** `mark` is what stood on either side. */
  | {
      readonly _tag: "Strong" | "Emphasis" | "Strike"
      readonly mark: string
      readonly content: ReadonlyArray<Inline>
    }
  | { readonly _tag: "Code"; readonly text: string }
  /** `text` is the address itself, or words that look like none. */
  | { readonly _tag: "Link"; readonly url: string; readonly text: string }
  /** A name behind `@`, and one behind `#`: whether there is one of that name, the renderer knows. */
  | { readonly _tag: "Mention" | "Channel"; readonly name: string }
  /** A name between colons, of which the renderer may know the emoji. */
  | { readonly _tag: "Emoji"; readonly name: string }

const letters = "\\p{L}\\p{N}_"
/** A name that does not end with a full stop or a dash: they belong to the sentence. */
const name = `[${letters}](?:[${letters}\\p{M}.-]{0,${maxNameLength - 2}}[${letters}\\p{M}])?(?![${letters}\\p{M}])`

/** A character of an address that stands in brackets. */
const inAddress = String.raw`[^\s<>"\x60{}|\\^()[\]\p{Cc}\p{Cf}]`

/** Everything but text. No part looks further than the next thing of its kind, so that all of it takes linear time. */
const parts = new RegExp(
  [
    // A link and its text, which is short enough to look at closely.
    `\\[(?<words>[^[\\]]{1,200})\\]\\((?<target>https?://[\\p{L}\\p{N}]${inAddress}*(?:\\(${inAddress}*\\)${inAddress}*)*)\\)`,
    `(?<address>${addressPattern})`,
    "(?<!`)(?<ticks>`{1,3})(?!`)(?<code>.+?)(?<!`)\\k<ticks>(?!`)",
    `(?<![${letters}@.])@(?<mention>${name})`,
    `(?<![${letters}&/#])#(?<channel>${name})`,
    // One or more of them, each directly behind the one before it.
    "(?<![\\p{L}\\p{N}:]):(?<emoji>[a-z0-9_+-]{1,40}(?:::[a-z0-9_+-]{1,40})*):(?![\\p{L}\\p{N}])",
    "(?<run>\\*+|_+|~+)",
  ].join("|"),
  "giu",
)

/** What a word or a path goes on with, in a script that has spaces between words: a mark inside of one is none. */
const word = /(?![\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])[\p{L}\p{N}/\\]/u

const kinds = { "**": "Strong", "*": "Emphasis", _: "Emphasis", "~~": "Strike" } as const
type Mark = keyof typeof kinds

/** The marks that a run can be, in the order in which they would open. */
const marksIn: Readonly<Record<string, ReadonlyArray<Mark>>> = {
  "*": ["*"],
  "**": ["**"],
  "***": ["**", "*"],
  _: ["_"],
  "~~": ["~~"],
}

/** What can be read as an address, though it may lead elsewhere. */
const likeAddress = /:\/\/|[\p{L}\p{N}-][.\u3002\u2024\u00b7]\p{L}{2}/u

/** Whether words may stand for an address: they are that address, or look like none. */
const honest = (words: string, url: string): boolean => {
  const shown = words.normalize("NFKC").replaceAll(/[\s\p{M}]/gu, "")
  // What is invisible, or changes the order, makes them look like anything.
  if (shown === "" || /(?![\u200c\u200d])[\p{Cc}\p{Cf}]/u.test(words)) return false
  return !likeAddress.test(shown) || [url, url.replace(/^https?:\/\/|\/$/gi, "")].includes(words)
}

const textOf = (text: string): Inline => ({ _tag: "Text", text })

/** With texts that follow each other in one. */
const joined = (nodes: ReadonlyArray<Inline>): ReadonlyArray<Inline> => {
  const all: Array<Inline> = []
  let text = ""
  for (const node of nodes) {
    if (node._tag === "Text") {
      text += node.text
      continue
    }
    if (text !== "") all.push(textOf(text))
    text = ""
    all.push(node)
  }
  if (text !== "") all.push(textOf(text))
  return all
}

/** A line in which names between colons are what `emojiOf` has of them; those that stand in code and in links stay. */
export const withEmoji = (line: string, emojiOf: (name: string) => string | undefined): string => {
  let made = ""
  let at = 0
  parts.lastIndex = 0
  for (let found = parts.exec(line); found !== null; found = parts.exec(line)) {
    const { address, emoji } = found.groups!
    // What is behind an address is looked at anew.
    if (address !== undefined) parts.lastIndex = found.index + addressLength(address)
    if (emoji === undefined) continue
    const signs = emoji.split("::").map((name) => emojiOf(name) ?? `:${name}:`)
    made += line.slice(at, found.index) + signs.join("")
    at = parts.lastIndex
  }
  return made + line.slice(at)
}

export const inlines = (line: string): ReadonlyArray<Inline> => {
  if (line === "") return []
  const nodes: Array<Inline> = []
  /** Marks that nothing has closed yet, each at most once, and where they are among the nodes. */
  let open: Array<{ readonly mark: Mark; readonly at: number }> = []

  const close = (index: number) => {
    const { at, mark } = open[index]!
    nodes[at] = { _tag: kinds[mark], mark, content: joined(nodes.splice(at + 1)) }
    open = open.slice(0, index)
  }

  /** A run of marks: it closes what it can, and the rest opens. */
  const marks = (run: string, start: number) => {
    const before = line[start - 1] ?? " "
    const after = line[start + run.length] ?? " "
    const known = run in marksIn
    let rest = run
    if (known && before.trim() !== "" && !word.test(after)) {
      for (;;) {
        const found = open.findLastIndex(({ mark }) => rest.startsWith(mark))
        if (found === -1) break
        rest = rest.slice(open[found]!.mark.length)
        close(found)
      }
    }
    const opening = after.trim() !== "" && !word.test(before) ? (marksIn[rest] ?? []) : []
    if (opening.length === 0) nodes.push(textOf(rest))
    for (const mark of opening) {
      // The one before it is text: what it marks would go over this one's.
      open = [...open.filter((other) => other.mark !== mark), { mark, at: nodes.length }]
      nodes.push(textOf(mark))
    }
  }

  const link = (words: string, url: string) => {
    if (honest(words, url)) nodes.push({ _tag: "Link", url, text: words })
    else nodes.push(textOf(`[${words}](`), { _tag: "Link", url, text: url }, textOf(")"))
  }

  let at = 0
  parts.lastIndex = 0
  for (let found = parts.exec(line); found !== null; found = parts.exec(line)) {
    const { index } = found
    const { address, channel, code, emoji, mention, run, target, ticks, words } = found.groups!
    if (index > at) nodes.push(textOf(line.slice(at, index)))
    at = parts.lastIndex
    if (run !== undefined) marks(run, index)
    else if (code !== undefined)
      nodes.push({ _tag: "Code", text: ticks === "`" ? code : code.replace(/^ (.*) $/, "$1") })
    else if (words !== undefined) link(words, target!)
    else if (mention !== undefined) nodes.push({ _tag: "Mention", name: mention })
    else if (channel !== undefined) nodes.push({ _tag: "Channel", name: channel })
    else if (emoji !== undefined) for (const name of emoji.split("::")) nodes.push({ _tag: "Emoji", name })
    else if (address !== undefined) {
      const length = addressLength(address)
      const url = address.slice(0, length)
      nodes.push({ _tag: "Link", url, text: url })
      at = index + length
      // What is behind it may be marks.
      parts.lastIndex = at
    }
  }
  if (at < line.length) nodes.push(textOf(line.slice(at)))
  return joined(nodes)
}

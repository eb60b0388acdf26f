/**
 * Where in a text stands what somebody looks for. Texts are compared in their plain form, as a search of the service compares
 * them: what it finds is marked, and what is looked for on this side alone is found by the same rule.
 */
import { withoutInvisible } from "../domain/Invisible.ts"
import { beyondAscii, plain } from "../domain/PlainText.ts"
import { parse } from "../domain/SearchText.ts"
import { escaped, patternOf, piecesOf } from "../domain/SoughtPiece.ts"
import type { Range } from "./Range.ts"

export interface Wanted {
  readonly isIn: (text: string) => boolean
  readonly hitsIn: (text: string) => ReadonlyArray<Range>
}

/** Keeps the result for the last key: the same query is looked for in one message after the other. */
const memoizeLast = (make: (query: string) => Wanted | undefined): ((query: string) => Wanted | undefined) => {
  let last: { readonly query: string; readonly made: Wanted | undefined } | undefined
  return (query) => (last?.query === query ? last : (last = { query, made: make(query) })).made
}

// Made where one is needed: the service never does.
let graphemes: Intl.Segmenter | undefined

const charactersIn = (text: string): Iterable<string> =>
  Array.from((graphemes ??= new Intl.Segmenter()).segment(text), ({ segment }) => segment)

/** What stands between blanks, and these. */
const runsIn = (text: string): Iterable<string> => text.match(/[\t-\r\p{Z}]+|[^\t-\r\p{Z}]+/gu) ?? []

/** For each place of a plain text, the part of the original text that it was made of. */
type Origins = ReadonlyArray<Range | undefined>

const isBlank = (unit: string | undefined): boolean => unit !== undefined && /\s/.test(unit)

/** Undefined where the plain form of the whole is not that of these parts. */
const originsBy = (parts: Iterable<string>, whole: string): Origins | undefined => {
  const origins = Array.from<Range | undefined>({ length: whole.length })
  let start = 0
  let at = 0
  for (const part of parts) {
    const range = { start, end: start + part.length }
    // Where blanks are means nothing: there are more of them where words end by their script.
    for (const unit of plain(part).replaceAll(/\s+/g, "").split("")) {
      while (isBlank(whole[at])) at++
      if (whole[at] !== unit) return undefined
      origins[at++] = range
    }
    start = range.end
  }
  return origins
}

const rangesOf = (text: string, pattern: RegExp): ReadonlyArray<Range> => {
  const whole = plain(text)
  const found = Array.from(whole.matchAll(pattern), ({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }))
  // Of ASCII each character has its place.
  if (found.length === 0 || !beyondAscii.test(text)) return found
  // A few signs become something else beside others: then all that is between two blanks is marked.
  const origins = originsBy(charactersIn(text), whole) ?? originsBy(runsIn(text), whole)
  const ranges: Array<Range> = []
  for (const { end, start } of found) {
    const first = origins?.[start]
    const last = origins?.[end - 1]
    // One sign may be several letters, of which more than one is found.
    const from = Math.max(first?.start ?? 0, ranges.at(-1)?.end ?? 0)
    if (first !== undefined && last !== undefined && from < last.end) ranges.push({ start: from, end: last.end })
  }
  return ranges
}

const wanted = (pattern: string): Wanted => {
  const one = new RegExp(pattern)
  const all = new RegExp(pattern, "g")
  return { isIn: (text) => one.test(plain(text)), hitsIn: (text) => rangesOf(text, all) }
}

/** Signs of which a plain form has nothing, as they are. */
const signs = (sought: string): Wanted => ({
  isIn: (text) => text.includes(sought),
  hitsIn: (text) => {
    const found: Array<Range> = []
    for (let at = text.indexOf(sought); at !== -1; at = text.indexOf(sought, at + sought.length))
      found.push({ start: at, end: at + sought.length })
    return found
  },
})

/** A query as it was typed, wherever it is, also within words; undefined where there is nothing to look for. */
export const typed = memoizeLast((query) => {
  const sought = plain(query).trim()
  if (sought !== "") return wanted(escaped(sought))
  const seen = withoutInvisible(query).trim()
  return seen === "" ? undefined : signs(seen)
})

/** What the service finds by a query: words or how they begin, and phrases. Filters are nothing that stands in a text. */
export const searched = memoizeLast((query) => {
  const parsed = parse(query)
  if ("malformed" in parsed) return undefined
  const patterns = piecesOf(parsed.words, parsed.phrases).flatMap(
    ({ pattern, wanted }) => pattern ?? wanted.map(patternOf),
  )
  // Of two that begin at the same place the longer one is marked.
  const all = [...new Set(patterns)].toSorted((one, other) => other.length - one.length)
  return all.length === 0 ? undefined : wanted(all.join("|"))
})

/** How well a name fits what was typed of it, letter by letter: `kit` and `ktc` both find `kitchen`. */
import { plain } from "../domain/PlainText.ts"

/** Where a word begins in a name. */
const begins = (name: string, at: number): boolean => at === 0 || /[^\p{L}\p{N}]/u.test(name[at - 1]!)

/** The higher the better; undefined where it does not fit. Letters count more that follow each other, or begin a word. */
const fit = (name: string, typed: string): number | undefined => {
  const text = plain(name)
  let score = 0
  let from = 0
  for (const letter of plain(typed)) {
    if (/\s/.test(letter)) continue
    const at = text.indexOf(letter, from)
    if (at === -1) return undefined
    score += at === from && from > 0 ? 3 : begins(text, at) ? 2 : 0
    from = at + letter.length
  }
  // Of two that fit alike the shorter one is meant; and one that begins with it all.
  return score * 100 + (text.startsWith(plain(typed).trim()) ? 500 : 0) - Math.min(99, text.length)
}

/** Those that fit, the best first; those that fit alike stay as they were. */
export const best = <A>(all: ReadonlyArray<A>, typed: string, nameOf: (one: A) => string): ReadonlyArray<A> => {
  if (typed.trim() === "") return all
  return all
    .flatMap((one) => {
      const score = fit(nameOf(one), typed)
      return score === undefined ? [] : [{ one, score }]
    })
    .toSorted((a, b) => b.score - a.score)
    .map(({ one }) => one)
}

/** Finds what somebody means by some letters: in names of channels, of people, and of what can be done. */

import { squeezed } from "./squeezed.ts"

/** How well a text fits; undefined where it does not. */
export const fit = (text: string, wanted: string): number | undefined => {
  const query = squeezed(wanted.trim())
  const found = squeezed(text)
  if (query === "") return 0
  if (found === query) return 5
  if (found.startsWith(query)) return 4
  const at = found.indexOf(query)
  // The beginning of a word says more than its middle.
  if (at > 0) return /[\p{L}\p{N}]/u.test(found[at - 1] ?? "") ? 2 : 3
  // All its letters, in this order: `gnr` means general.
  if (query.length < 2) return undefined
  let from = 0
  for (const letter of query) {
    from = found.indexOf(letter, from) + 1
    if (from === 0) return undefined
  }
  return 1
}

/** Those that fit, the best first; what fits as well stays in its order. */
export const best = <A>(all: ReadonlyArray<A>, textOf: (one: A) => string, wanted: string, most: number): Array<A> =>
  all
    .flatMap((one) => {
      const how = fit(textOf(one), wanted)
      return how === undefined ? [] : [{ one, how, length: textOf(one).length }]
    })
    .toSorted((one, other) => other.how - one.how || (one.how > 1 ? one.length - other.length : 0))
    .slice(0, most)
    .map(({ one }) => one)

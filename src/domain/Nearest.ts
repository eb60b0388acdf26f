/** Edits (a character more, less, other, or two swapped) that lead from one word to another. */
const distance = (from: string, to: string): number => {
  let older: ReadonlyArray<number> = []
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const other = previous[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? older[j - 2]! + 1 : other
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, other, swapped))
    }
    older = previous
    previous = row
  }
  return previous[to.length]!
}

/** The name that was probably meant; undefined where none is near. Of a short one half has to be there. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  let best: string | undefined
  // Two edits make another word of a short one.
  let least = (name.length < 5 ? 1 : Math.max(2, Math.floor(name.length / 3))) + 1
  for (const candidate of known) {
    // It takes as many edits as one is longer; what is very long is looked at no closer.
    if (Math.abs(name.length - candidate.length) > candidate.length / 2) continue
    const edits = distance(name.toLowerCase(), candidate.toLowerCase())
    if (edits >= least || edits > candidate.length / 2) continue
    best = candidate
    least = edits
  }
  return best
}

/** Emoji by their names in a draft: `:ta` and Tab. */
import { emojiOf, names } from "../text/Emoji.ts"

export interface Offer {
  readonly candidates: ReadonlyArray<string>
  /** How each is shown, to tell it from the others. */
  readonly labels: ReadonlyArray<string>
}

/** Those whose names have what was typed behind a colon: first the one that is it, then those that begin with it. */
export const emojiFor = (typed: string): Offer | undefined => {
  const [, part] = /^:([\w+-]+):?$/.exec(typed) ?? []
  if (part === undefined) return undefined
  const wanted = part.toLowerCase()
  const found = [
    ...names.filter((name) => name === wanted),
    ...names.filter((name) => name !== wanted && name.startsWith(wanted)),
    ...names.filter((name) => !name.startsWith(wanted) && name.includes(wanted)),
  ]
  return found.length === 0
    ? undefined
    : {
        candidates: found.map((name) => `${emojiOf(name)} `),
        labels: found.map((name) => `${emojiOf(name)} :${name}:`),
      }
}

/** What people type alone in a line to change what was said last, as they know it from elsewhere. */

/** `s/old/new/`, or `s/old/new/g` for each place. */
export interface Correction {
  readonly _tag: "Correct"
  readonly old: string
  readonly new: string
  readonly everywhere: boolean
}

export type Shorthand =
  | Correction
  /** `+:tada:`, or `+🎉`: `word` is what stands behind the sign, a name between colons or the emoji itself. */
  | { readonly _tag: "React"; readonly word: string }

/** A slash that belongs to what is sought has a backslash before it. */
const part = String.raw`((?:\\.|[^\\/\n])%)`
/** With a last slash only: "s/he/they" is something that people say. */
const correction = new RegExp(`^s/${part.replace("%", "+")}/${part.replace("%", "*")}/(g?)$`, "u")

const reaction = /^\+\s?(:[^:\s]+:|(?:\p{Extended_Pictographic}|\p{Regional_Indicator})[^\s\p{L}\p{N}]*)$/u

/** Whoever wants to say it as it is puts a space before it. */
export const shorthandOf = (draft: string): Shorthand | undefined => {
  const line = draft.trimEnd()
  const [, old, to, flag = ""] = correction.exec(line) ?? []
  if (old !== undefined && to !== undefined) {
    return { _tag: "Correct", old: unescaped(old), new: unescaped(to), everywhere: flag === "g" }
  }
  const [, word] = reaction.exec(line) ?? []
  return word === undefined ? undefined : { _tag: "React", word }
}

const unescaped = (text: string): string => text.replaceAll(/\\([\\/])/g, "$1")

/** The text with what was sought replaced; undefined where it is not there. */
export const corrected = (text: string, { everywhere, new: to, old }: Correction): string | undefined => {
  const parts = text.split(old)
  if (parts.length === 1) return undefined
  const [first = "", ...rest] = parts
  return first + to + rest.join(everywhere ? to : old)
}

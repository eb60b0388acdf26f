import * as Schema from "effect/Schema"

// Cc: controls. Cf: invisible formatting, among it the bidi overrides. Zl, Zp: line and
// paragraph separators. Cs: lone surrogates. The rest are letters and signs that show nothing.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u2800\u3164\uffa0]/u

// Marks that show nothing by themselves but change how a sign looks, as those behind many emoji.
const invisibleMarks = /\p{Default_Ignorable_Code_Point}/gu

/** The text without the marks that nobody can see. */
export const shown = (text: string): string => text.replace(invisibleMarks, "")

/** Most names and topics: they need not be looked at sign by sign. */
const plain = /^[!-~](?:[ -~]*[!-~])?$/

export const isPlain = (text: string): boolean => plain.test(text)

/** Whether it is one line that can be shown. */
export const isVisible = (
  text: string,
  { maxLength, minLength }: { readonly minLength: number; readonly maxLength: number },
): boolean => {
  if (text.length > maxLength) return false
  if (isPlain(text)) return text.length >= minLength
  return shown(text).length >= minLength && text.trim() === text && !unprintable.test(text)
}

/** A check for one-line text that is safe to show: names, topics, status texts. */
export const visibleText = (options: {
  readonly title: string
  readonly name: string
  readonly maxLength: number
  readonly minLength?: number
}) => {
  const { title, name, maxLength, minLength = 1 } = options
  const expected = `${name}: ${minLength} to ${maxLength} characters, none of them invisible, no space at either end`
  return Schema.makeFilter<string>((text) => isVisible(text, { minLength, maxLength }), {
    title,
    description: expected,
    expected,
    // JSON Schema counts characters where we count UTF-16 units, and cannot say the rest.
    toJsonSchema: () => [{ minLength, maxLength }, true],
    // What tests are made from: spaces only within.
    arbitraryConstraint: {
      minLength,
      maxLength,
      patterns: [{ source: "^(?:[!-~à-ö一-丁😀](?:[ -~à-ö😀]{0,20}[!-~à-ö])?)?$", flags: "u" }],
    },
  })
}

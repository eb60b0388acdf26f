/** Text of one line as it is shown. */

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

import { printable } from "../client/Printable.ts"
import { withoutInvisible } from "../domain/Invisible.ts"

/** Joins the lines of a text, so that a message cannot look like two, the second by somebody else; safe to print. */
export const oneLine = (text: string): string =>
  printable(
    withoutInvisible(text)
      .replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, " ⏎ ")
      .replaceAll("\t", " "),
  )

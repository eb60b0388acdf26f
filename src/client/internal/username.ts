import * as Schema from "effect/Schema"
import { Username } from "../../domain/Username.ts"

export const isUsername = Schema.is(Username)

const replacement = "\ufffd"
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
/** Characters that fit into a name, however many bytes each takes. */
const maxCharacters = 32

/** A name as it is. One that is not allowed in version 2, but by this server, becomes a similar one that is. */
export const toUsername = (text: string): Username => {
  if (isUsername(text)) return text
  const similar = [...text.replace(unprintable, replacement)].slice(0, maxCharacters).join("").trim()
  return isUsername(similar) ? similar : Username.make(replacement)
}

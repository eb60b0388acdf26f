/**
 * When two names, of people or of channels, cannot be beside each other: where they differ in large and small letters
 * alone, or look the same (UTS 39). Apart from `Username`, since only the service has to know the table.
 */
import { confusables } from "./internal/confusables.ts"
import { fold } from "./Fold.ts"
import { isPlain } from "./internal/text.ts"

const looks = new Map<string, string>()
for (const group of confusables.split(";")) {
  const [to = "", from = ""] = group.split("=")
  for (const character of from) looks.set(character, to)
}

/** A dot above a letter that has one already, or that looks like one with a dot, is not to be seen: `i̇`, which `İ` becomes. */
const hiddenDots = /(?<=[\p{Soft_Dotted}lıȷ]\p{M}*?)\u0307/gu

const plainLookAlike = new RegExp(`[${[...looks.keys()].filter(isPlain).join("")}]`)

/** Of two names with the same key one is refused: `Alice`, `ＡＬＩＣＥ`, `аlice` with a Cyrillic а, and `a1ice`. */
export const key = (name: string): string => {
  const plain = isPlain(name)
  const folded = plain ? name.toLowerCase() : fold(name).normalize("NFD").replace(hiddenDots, "").replaceAll("ȷ", "j")
  if (plain && !plainLookAlike.test(folded)) return folded
  let looked = ""
  for (const character of folded) looked += looks.get(character) ?? character
  return looked.normalize("NFC")
}

/** Whether it is the same name in another spelling: only then is somebody meant by it, looks are not enough. */
export const isSame = (one: string, other: string): boolean => one === other || fold(one) === fold(other)

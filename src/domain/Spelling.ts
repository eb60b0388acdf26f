import { isPlain, shown } from "./internal/text.ts"

/** The same for all ways to type a name: `Alice`, `alice` and `ＡＬＩＣＥ`. Which names are one, `NameKey` says. */
export const spelling = (name: string): string => (isPlain(name) ? name.toLowerCase() : keyOfAny(name))

const keyOfAny = (name: string): string =>
  // Small letters compose where capitals do not: Ḣ has one form more than ẖ, hence once more at the end.
  shown(name.normalize("NFKC")).toLowerCase().normalize("NFKC")

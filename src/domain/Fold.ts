import { shown } from "./internal/text.ts"

const once = (text: string): string => shown(text.normalize("NFKC")).toUpperCase().toLowerCase().normalize("NFKC")

/**
 * The same for all spellings in large and small letters: compatible forms are one (NFKC), and so are ß and ss, σ and ς.
 * Letters compose that capitals do not, and the other way round: hence twice.
 */
export const fold = (text: string): string => once(once(text))

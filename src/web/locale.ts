import { computed } from "@preact/signals"
import { language } from "./language.ts"

/** Browsers tell the codes of the system that they run on, too, and not all of those are any: `en-US@posix`. */
export const isLocale = (code: string): boolean => {
  try {
    return Intl.getCanonicalLocales(code).length > 0
  } catch {
    return false
  }
}

/** The language of the page as it is written where the reader is: how dates and figures look. */
export const locale = computed(
  () => navigator.languages.find((code) => code.startsWith(language.value) && isLocale(code)) ?? language.value,
)

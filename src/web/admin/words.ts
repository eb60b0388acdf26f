/** What this page says, in the language in which all pages speak. */
import { signal } from "@preact/signals"
import { language, speak } from "../language.ts"
import { type AdminMessages, messages as english } from "./messages/en.ts"

const catalogs = import.meta.glob<{ readonly messages: AdminMessages }>(["./messages/*.ts", "!./messages/en.ts"])

export const w = signal<AdminMessages>(english)

/** Speaks it from now on; where this page has no words in it, English. */
export const speakHere = async (code: string): Promise<void> => {
  const load = catalogs[`./messages/${code}.ts`]
  const [found] = await Promise.all([code === "en" ? undefined : load?.(), speak(code)])
  w.value = found?.messages ?? english
  if (found === undefined && code !== "en") {
    language.value = "en"
    document.documentElement.lang = "en"
  }
}

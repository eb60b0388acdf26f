/** In which language the page speaks: one of those that have a file in `messages/`. */
import { signal } from "@preact/signals"
import { type Messages, messages as start } from "./messages/en.ts"

const catalogs = import.meta.glob<{ readonly messages: Messages }>(["./messages/*.ts", "!./messages/en.ts"])

const codeOf = (file: string): string => file.replace(/^.*\/|\.ts$/g, "")

/** Their codes, as `en`. */
export const languages: ReadonlyArray<string> = ["en", ...Object.keys(catalogs).map(codeOf)]

/** What the parts that come later say is not here before them: `addEnglish` is the first thing that they do. */
let english = start as Messages

/** What the page says. */
export const t = signal<Messages>(english)
export const language = signal("en")

/** The first of these that there is. */
export const choose = (wanted: ReadonlyArray<string>): string => {
  for (const code of wanted) {
    const [plain = ""] = code.toLowerCase().split("-")
    if (languages.includes(plain)) return plain
  }
  return "en"
}

/** Takes in what English was without until now. */
export const addEnglish = (later: Partial<Messages>): void => {
  english = { ...english, ...later }
  if (language.value === "en") t.value = english
}

/** Speaks it from now on. */
export const speak = async (code: string): Promise<void> => {
  const load = catalogs[`./messages/${code}.ts`]
  if (load !== undefined) {
    const { messages } = await load()
    t.value = messages
  } else t.value = english
  language.value = code
  document.documentElement.lang = code
}

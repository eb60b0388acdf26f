/** What somebody has chosen for this browser; all of its tabs agree. */
import { effect, type Signal, signal } from "@preact/signals"
import { choose, speak } from "../../language.ts"
import { withEmoji } from "../../../text/Emoji.ts"
import type { Environment } from "../model/Environment.ts"

export type Theme = "system" | "light" | "dark"

const keys = {
  theme: "natter.theme",
  language: "natter.language",
  notifies: "natter.notify",
  sounds: "natter.sound",
  quiet: "natter.quiet",
  words: "natter.words",
  singleKeys: "natter.keys",
  emoji: "natter.emoji",
} as const

const themeOf = (kept: string | undefined): Theme => (kept === "light" || kept === "dark" ? kept : "system")

/** More would only make each message slow. */
const maxWords = 50
const maxWord = 64

const wordsIn = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((word) => word.trim().slice(0, maxWord))
    .filter((word) => word !== "")
    .slice(0, maxWords)

export class Preferences {
  readonly theme: Signal<Theme> = signal("system")
  /** A code; undefined for what the browser is set to. */
  readonly language: Signal<string | undefined> = signal(undefined)
  /** Whether the desktop shows what calls for attention. */
  readonly notifies = signal(false)
  readonly sounds = signal(false)
  /** Words that count as if they named one. */
  readonly words: Signal<ReadonlyArray<string>> = signal([])
  /** Whether nothing calls, whatever is said. */
  readonly quiet = signal(false)
  /** Whether a letter alone is a shortcut where nobody writes. */
  readonly singleKeys = signal(false)
  /** Whether names such as `:tada:` are sent as emoji. */
  readonly emoji = signal(true)
  private readonly env: Environment

  constructor(env: Environment) {
    this.env = env
    this.read()
    env.onKept((key) => Object.values<string>(keys).includes(key) && this.read())
    effect(() => {
      const { value: theme } = this.theme
      if (theme === "system") delete document.documentElement.dataset["theme"]
      else document.documentElement.dataset["theme"] = theme
    })
  }

  private read(): void {
    const { env } = this
    this.theme.value = themeOf(env.kept(keys.theme))
    this.notifies.value = env.kept(keys.notifies) === "on"
    this.sounds.value = env.kept(keys.sounds) === "on"
    this.words.value = wordsIn(env.kept(keys.words) ?? "")
    this.quiet.value = env.kept(keys.quiet) === "on"
    this.singleKeys.value = env.kept(keys.singleKeys) === "on"
    this.emoji.value = env.kept(keys.emoji) !== "off"
    const before = this.language.value
    this.language.value = env.kept(keys.language)
    if (this.language.value !== before) void this.speak()
  }

  /** Speaks the language that is chosen, or that the browser is set to. */
  speak(): Promise<void> {
    return speak(choose([this.language.value ?? "", ...navigator.languages]))
  }

  setTheme(theme: Theme): void {
    this.theme.value = theme
    this.env.keep(keys.theme, theme === "system" ? undefined : theme)
  }

  setLanguage(code: string | undefined): void {
    this.language.value = code
    this.env.keep(keys.language, code)
    void this.speak()
  }

  setNotifies(on: boolean): void {
    this.notifies.value = on
    this.env.keep(keys.notifies, on ? "on" : undefined)
  }

  setSounds(on: boolean): void {
    this.sounds.value = on
    this.env.keep(keys.sounds, on ? "on" : undefined)
  }

  /** Given with commas between. */
  setWords(text: string): void {
    this.words.value = wordsIn(text)
    this.env.keep(keys.words, this.words.value.join(", ") || undefined)
  }

  setQuiet(on: boolean): void {
    this.quiet.value = on
    this.env.keep(keys.quiet, on ? "on" : undefined)
  }

  /** What is sent of a draft. */
  sentOf(draft: string): string {
    return this.emoji.value ? withEmoji(draft) : draft
  }

  setEmoji(on: boolean): void {
    this.emoji.value = on
    this.env.keep(keys.emoji, on ? undefined : "off")
  }

  setSingleKeys(on: boolean): void {
    this.singleKeys.value = on
    this.env.keep(keys.singleKeys, on ? "on" : undefined)
  }
}

/** Completion of the word before the cursor, with Tab. */
import { maxNameLength } from "../domain/Limits.ts"
import { commands } from "./Commands.ts"
import { names as emojiNames } from "../text/Emoji.ts"
import { actionNames } from "./Keymap.ts"
import { descriptions, names as settingNames } from "./Settings.ts"
import * as Editor from "./Editor.ts"
import { emojiFor } from "./Shortcodes.ts"
import { pathBefore } from "./internal/paths.ts"
import type { Completion, Conversation, Model } from "./Model.ts"

const maxCandidates = 50

/** Code units of the longest candidate: a name, and what stands around it. */
const longest = maxNameLength + 4

/** Names: those who have spoken, the latest first, then the other members in alphabetical order. */
const people = ({ entries, roster }: Conversation, me: string | undefined): ReadonlyArray<string> => {
  const speakers = entries.toReversed().flatMap((entry) => (entry._tag === "Message" ? [entry.from] : []))
  const present = (roster?.names ?? []).toSorted((a, b) => a.localeCompare(b))
  return [...new Set<string>([...speakers, ...present])].filter((name) => name !== me)
}

const starting = (candidates: ReadonlyArray<string>, typed: string): ReadonlyArray<string> =>
  candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed.toLowerCase())).slice(0, maxCandidates)

/** What can follow `/set`, `/notify` and `/dnd`. */
const settingWords = (before: string): ReadonlyArray<string> | undefined => {
  if (/^\/(notify)\s+$/.test(before)) return ["all", "mentions", "none", "default"]
  if (/^\/dnd\s+$/.test(before)) return ["on", "off"]
  if (/^\/set\s+keys?\s+\S+\s+$/.test(before)) return [...actionNames, "none", "default"]
  const setting = /^\/set\s+(?:(\w+)\s+)?$/.exec(before)
  if (setting === null) return undefined
  const [, name] = setting
  if (name === undefined) return [...settingNames.filter((one) => one !== "servers"), "autojoin"]
  const found = settingNames.find((one) => one === name)
  // What is written in capitals is no word.
  const values = found === undefined ? [] : descriptions[found][0].split("|").filter((word) => /^[a-z]+$/.test(word))
  return values.length === 0 ? undefined : [...values, "default"]
}

/** The words that can follow this part of the draft, where there are only a few. */
const wordsOf = (before: string): ReadonlyArray<string> | undefined => {
  if (/^\/(react|r)\s+$/.test(before)) return emojiNames.map((name) => `:${name}: `)
  if (/^\/(role|op)\s+\S+\s+$/.test(before)) return ["owner", "moderator", "member", "none"].map((word) => `${word} `)
  const words = settingWords(before)
  if (words !== undefined) return words.map((word) => `${word} `)
  return /^\/(create|new)\s+\S+\s+$/.test(before) ? ["private ", "readonly "] : undefined
}

/** Candidates for a word behind this part of the draft, as they would be inserted. */
const candidatesFor = (model: Model, before: string, word: string): ReadonlyArray<string> => {
  const conversation = model.conversations.find(({ name }) => name === model.current)
  if (before === "" && word.startsWith("/") && !word.startsWith("//")) {
    return starting(
      commands.map(({ names: [first] }) => `/${first} `),
      word,
    )
  }
  const [, command = ""] = /^\/(\S+)\s+$/.exec(before) ?? []
  if (command === "status") {
    return starting(["online ", "away ", "busy "], word)
  }
  const words = wordsOf(before)
  if (words !== undefined) return starting(words, word)
  const own = model.conversations.map(({ name }) => name).filter((name) => !name.startsWith("@"))
  const channels = [...new Set([...own, ...model.channels.names])]
  if (/^(join|j|leave|part|close)$/.test(command) && !word.startsWith("@")) {
    const hash = /^#*/.exec(word)![0]
    return starting(channels, word.slice(hash.length)).map((name) => `${hash}${name} `)
  }
  if (word.startsWith("#")) return starting(channels, word.slice(1)).map((name) => `#${name} `)
  if (word === "" || conversation === undefined) return []
  const at = /^@?/.exec(word)![0]
  const names = starting(people(conversation, model.me), word.slice(at.length))
  // A name at the start of a message says whom it is for.
  const behind = before === "" && at === "" ? ": " : " "
  return names.map((name) => `${at}${name}${behind}`)
}

/** The first candidate for the word at the cursor, put in its place; undefined where there is none. */
export const begin = (model: Model): readonly [Editor.Editor, Completion] | undefined => {
  const { cursor, text } = model.editor
  const start = Editor.startOfWord(text, cursor)
  const typed = text.slice(start, cursor)
  // Paths are not known here: they are asked for.
  const candidates =
    pathBefore(text.slice(0, cursor)) === undefined ? candidatesFor(model, text.slice(0, start), typed) : []
  const emoji = candidates.length === 0 ? emojiFor(typed) : undefined
  const offered = emoji?.candidates.slice(0, maxCandidates) ?? candidates
  if (offered.length === 0 || text.length + longest > Editor.maxLength) return undefined
  const completion = { start, typed, candidates: offered, labels: emoji?.labels, at: 0 }
  return [put(model.editor, completion, cursor), completion]
}

/** Whether it is the same in a draft, which takes no control characters. */
const fits = (candidate: string): boolean => Editor.insert(Editor.empty, candidate).text === candidate

/** The first of these candidates in the place of what is between `start` and the cursor; undefined where none fits. */
export const offer = (
  editor: Editor.Editor,
  start: number,
  offered: ReadonlyArray<string>,
): readonly [Editor.Editor, Completion] | undefined => {
  const { cursor, text } = editor
  const room = Editor.maxLength - text.length
  const candidates = offered.filter((one) => one.length <= room && fits(one)).slice(0, maxCandidates)
  if (candidates.length === 0) return undefined
  const completion = { start, typed: text.slice(start, cursor), candidates, at: 0 }
  return [put(editor, completion, cursor), completion]
}

/** Replaces the candidate in the text by the next one, or with -1 by the one before. */
export const step = (
  editor: Editor.Editor,
  completion: Completion,
  by: 1 | -1,
): readonly [Editor.Editor, Completion] => {
  const { candidates } = completion
  const next = { ...completion, at: (completion.at + by + candidates.length) % candidates.length }
  return [put(editor, next, completion.start + candidates[completion.at]!.length), next]
}

const put = ({ text }: Editor.Editor, { at, candidates, start }: Completion, end: number): Editor.Editor =>
  Editor.insert({ text: text.slice(0, start) + text.slice(end), cursor: start }, candidates[at]!)

import { describe, expect, test } from "vitest"
import { messages as german } from "../../src/web/messages/de.ts"
import { messages as start } from "../../src/web/messages/en.ts"
import { later } from "../../src/web/messages/later/en.ts"
import { commandNames } from "../../src/text/SlashCommand.ts"
import { shortcuts } from "../../src/web/chat/view/shortcuts.ts"

const english = { ...start, ...later }

/** Everything that is said, by where it stands. */
const said = (words: object, path = ""): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(words).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null ? said(value, `${path}${key}.`) : [[path + key, value] as const],
  )

/** Reasons of errors: where a language has none of its own, the service's own words are shown. */
const isOptional = (path: string): boolean => path.startsWith("trouble.")

/** The same word in both. */
const alike = [
  "message.bot",
  "composer.emoji",
  "newChannel.name",
  "details.name",
  "details.person",
  "settings.status",
  "details.role.moderator",
]

describe("what the page says in German", () => {
  const theirs = new Map(said(german))

  test("is all that it says in English, and nothing else", () => {
    const needed = said(english).map(([path]) => path)
    expect(needed.filter((path) => !theirs.has(path))).toEqual([])
    const known = new Set(needed)
    expect([...theirs.keys()].filter((path) => !known.has(path) && !isOptional(path))).toEqual([])
  })

  test("takes what it is told of", () => {
    for (const [path, words] of said(english)) {
      const given = [typeof words, typeof words === "function" ? words.length : 0]
      const other = theirs.get(path)
      expect([typeof other, typeof other === "function" ? other.length : 0], path).toEqual(given)
    }
  })

  test("is not English", () => {
    const same = said(english).filter(([path, words]) => typeof words === "string" && theirs.get(path) === words)
    expect(same.map(([path]) => path).filter((path) => !alike.includes(path))).toEqual([])
  })
})

test("nothing is said twice in what comes at once and what comes later", () => {
  expect(Object.keys(later).filter((key) => key in start)).toEqual([])
})

test("each command has its words", () => {
  expect(Object.keys(english.shortcuts.does)).toEqual(Object.keys(commandNames))
})

test("each shortcut has its words", () => {
  expect(shortcuts.filter(({ command }) => english.commands[command] === undefined)).toEqual([])
})

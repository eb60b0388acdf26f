/** What a word that is being typed could become: a name behind `@`, a channel behind `#`, an emoji behind `:`, a command. */
import { emojiOf, names as emojiNames } from "../../../text/Emoji.ts"
import { commandNames } from "../../../text/SlashCommand.ts"
import { squeezed } from "../model/squeezed.ts"
import type { Chat } from "../model/Chat.ts"
import type { Conversation } from "../model/Conversation.ts"

export interface Suggestion {
  readonly text: string
  readonly shown: string
  /** What it does, where it is a command: by this the catalogue knows it. */
  readonly command?: string
}

export interface Suggestions {
  /** Where the word is that is replaced. */
  readonly start: number
  readonly end: number
  readonly list: ReadonlyArray<Suggestion>
}

const most = 8
const word = /(?:^|[\s(+])([@#:])([^\s@#:]{0,40})$/u

/** What begins so; nothing where it is there already in full. */
const matching = (names: Iterable<string>, beginning: string): ReadonlyArray<string> => {
  const wanted = squeezed(beginning)
  const found: Array<string> = []
  for (const name of names) {
    if (squeezed(name).startsWith(wanted)) found.push(name)
    if (found.length === most) break
  }
  return found.length === 1 && found[0]!.toLowerCase() === beginning.toLowerCase() ? [] : found
}

export const suggestionsAt = (
  chat: Chat,
  conversation: Conversation,
  text: string,
  caret: number,
): Suggestions | undefined => {
  const [, command] = /^\/(\p{L}*)$/u.exec(text.slice(0, caret)) ?? []
  if (command !== undefined) {
    const list = matching(Object.keys(commandNames), command).map((name) => ({
      text: `/${name} `,
      shown: `/${name}`,
      command: name,
    }))
    return { start: 0, end: caret, list }
  }
  const [, sign, typed] = word.exec(text.slice(Math.max(0, caret - 64), caret)) ?? []
  if (sign === undefined || typed === undefined) return undefined
  const place = { start: caret - typed.length - 1, end: caret }
  if (sign === "@") {
    const names = matching(people(chat, conversation), typed)
    return { ...place, list: names.map((name) => ({ text: `@${name} `, shown: name })) }
  }
  if (sign === "#") {
    const channels = chat.conversations.value.filter(({ isDirect }) => !isDirect).map(({ name }) => name.value)
    return { ...place, list: matching(channels, typed).map((name) => ({ text: `#${name} `, shown: `#${name}` })) }
  }
  if (typed.length < 2) return undefined
  const list = matching(emojiNames, typed).map((name) => ({
    text: `${emojiOf(name)} `,
    shown: `${emojiOf(name)} ${name}`,
  }))
  return { ...place, list }
}

/** Who is there, and who has spoken lately. */
function* people(chat: Chat, { roster, timeline }: Conversation): Iterable<string> {
  const told = new Set<string>([chat.me.name])
  const spoken = timeline.value?.messages.map(({ from }) => from).toReversed() ?? []
  for (const name of [...spoken, ...(roster.value?.members.keys() ?? [])]) {
    if (told.has(name)) continue
    told.add(name)
    yield name
  }
}

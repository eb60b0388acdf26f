/** What a list to choose from offers: what fits to what is typed, the best first. */
import { reaction } from "../domain/Rules.ts"
import { emojiOf, names as emojiNames } from "../text/Emoji.ts"
import { best } from "./Fuzzy.ts"
import type { Conversation, Model, Picker } from "./Model.ts"
import * as Plain from "./Plain.ts"

export interface Choice {
  readonly label: string
  readonly value: string
}

/** Of all that fit. */
const maxChoices = 100

const written = (name: string): string => (name.startsWith("@") ? Plain.channel(name) : `#${Plain.channel(name)}`)

const withCount = ({ mentions, name, unread }: Conversation): string => {
  const count = unread === 0 ? "" : mentions === 0 ? ` ${unread}` : ` ${unread} @${mentions}`
  return `${written(name)}${count}`
}

/** Where one can go: the other conversations, those with news first, then people to talk to alone. */
const places = ({ conversations, current, me }: Model, query: string): ReadonlyArray<Choice> => {
  const others = conversations.filter(({ name }) => name !== current)
  const rank = ({ mentions, unread }: Conversation) => (mentions > 0 ? 0 : unread > 0 ? 1 : 2)
  const rooms = others
    .toSorted((a, b) => rank(a) - rank(b))
    .map((conversation) => ({ label: withCount(conversation), value: conversation.name }))
  const open = new Set(conversations.map(({ name }) => name))
  const names = new Set(conversations.flatMap(({ roster }) => roster?.names ?? []))
  const people = [...names]
    .filter((name) => name !== me && !open.has(`@${name}`))
    .map((name) => ({ label: written(`@${name}`), value: `@${name}` }))
  return best([...rooms, ...people], query.replace(/^[#@]/, ""), ({ value }) => value.replace(/^@/, ""))
}

/** Emoji by their names; or what was typed itself, which may be an emoji or a short word. */
const reactions = (query: string): ReadonlyArray<Choice> => {
  const typed = query.trim().replace(/^:|:$/g, "")
  const found = best(emojiNames, typed, (name) => name).map((name) => ({
    label: `${emojiOf(name)} :${name}:`,
    value: emojiOf(name)!,
  }))
  const itself = typed !== "" && reaction.holds(typed) ? [{ label: Plain.line(typed), value: typed }] : []
  // What is no name, as an emoji is none, is meant as it is.
  return found.length === 0 ? itself : [...found, ...itself]
}

/** What the user sent, the latest first: from here, and what is loaded of the conversation. */
const sentBefore = ({ conversations, current, me, sent }: Model, query: string): ReadonlyArray<Choice> => {
  const here = conversations.find(({ name }) => name === current)
  const loaded = (here?.entries ?? []).flatMap((entry) =>
    entry._tag === "Message" && entry.from === me && entry.content !== "" ? [entry.content] : [],
  )
  const wanted = query.toLowerCase()
  return [...new Set([...sent.toReversed(), ...loaded.toReversed()])]
    .filter((text) => text.toLowerCase().includes(wanted))
    .map((text) => ({ label: Plain.line(text.slice(0, 400)), value: text }))
}

/** What is offered now; nothing where no list is open. */
export const choices = (model: Model): ReadonlyArray<Choice> => {
  const { picker } = model
  if (picker === undefined) return []
  const found = {
    switch: () => places(model, picker.query),
    react: () => reactions(picker.query),
    sent: () => sentBefore(model, picker.query),
  }[picker.what]()
  return found.slice(0, maxChoices)
}

/** Which of them is chosen: what fits may have become fewer. */
export const chosenOf = (all: ReadonlyArray<Choice>, { at }: Picker): number =>
  Math.max(0, Math.min(at, all.length - 1))

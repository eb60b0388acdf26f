/** What a list to choose from offers: what fits to what is typed, the best first. */
import { reaction } from "../domain/Rules.ts"
import { emojiOf, names as emojiNames } from "../text/Emoji.ts"
import { typed } from "../text/Hits.ts"
import { best } from "./Fuzzy.ts"
import type { Model, Picker } from "./Model.ts"
import type { Place } from "./OtherServer.ts"
import { placesOf } from "./Places.ts"
import * as Plain from "./Plain.ts"

export interface Choice {
  readonly label: string
  readonly value: string
  /** At which other server of the window that is; undefined for this one. */
  readonly server?: string | undefined
}

/** Of all that fit. */
const maxChoices = 100

const written = (name: string): string => (name.startsWith("@") ? Plain.channel(name) : `#${Plain.channel(name)}`)

const withCount = ({ mentions, name, open, unread }: Place): string => {
  if (!open && !name.startsWith("@")) return `${written(name)} (to enter)`
  const count = unread === 0 ? "" : mentions === 0 ? ` ${unread}` : ` ${unread} @${mentions}`
  return `${written(name)}${count}`
}

/** Those that are for the user before what is new, and people whom one does not talk to yet behind all. */
const rankOf = ({ mentions, open, unread }: Place): number => (!open ? 3 : mentions > 0 ? 0 : unread > 0 ? 1 : 2)

/** Where one can go at all servers of the window, those with news first, and of those alike the ones here. */
const places = (model: Model, query: string): ReadonlyArray<Choice> => {
  const here = placesOf(model)
    .filter(({ name }) => name !== model.current)
    .map((place) => ({ place, server: undefined }))
  const there = model.elsewhere.flatMap(({ address, places }) => places.map((place) => ({ place, server: address })))
  // Of those without news one goes back to where one was.
  const isPrevious = (one: (typeof here)[number]) => one.place.name === model.previous
  const all = [...here.filter(isPrevious), ...here.filter((one) => !isPrevious(one)), ...there]
    .toSorted((a, b) => rankOf(a.place) - rankOf(b.place))
    .map(({ place, server }) => ({
      label: server === undefined ? withCount(place) : `${withCount(place)} at ${Plain.line(server)}`,
      value: place.name,
      server,
    }))
  return best(all, query.replace(/^[#@]/, ""), ({ value }) => value.replace(/^@/, ""))
}

/** Emoji by their names; or what was typed itself, which may be an emoji or a short word. */
const reactions = (query: string): ReadonlyArray<Choice> => {
  const named = query.trim().replace(/^:|:$/g, "")
  const found = best(emojiNames, named, (name) => name).map((name) => ({
    label: `${emojiOf(name)} :${name}:`,
    value: emojiOf(name)!,
  }))
  const itself = named !== "" && reaction.holds(named) ? [{ label: Plain.line(named), value: named }] : []
  // What is no name, as an emoji is none, is meant as it is.
  return found.length === 0 ? itself : [...found, ...itself]
}

/** What the user sent, the latest first: from here, and what is loaded of the conversation. */
const sentBefore = ({ conversations, current, me, sent }: Model, query: string): ReadonlyArray<Choice> => {
  const here = conversations.find(({ name }) => name === current)
  const loaded = (here?.entries ?? []).flatMap((entry) =>
    entry._tag === "Message" && entry.from === me && entry.content !== "" ? [entry.content] : [],
  )
  const wanted = typed(query)
  return [...new Set([...sent.toReversed(), ...loaded.toReversed()])]
    .filter((text) => wanted?.isIn(text) ?? true)
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

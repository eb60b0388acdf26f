/** What messages in sight answer, and what is not loaded: it is asked for, once, to be shown above them. */
import type { Seq } from "../../domain/Seq.ts"
import type { Action, Intent } from "../Action.ts"
import { layout } from "../Layout.ts"
import type { Conversation, Entry, Model } from "../Model.ts"
import { placeOf, placesIn } from "../Timeline.ts"
import { change, current, find, lookOf } from "./conversations.ts"
import { asConversation, entryOf, lookAt } from "./past.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** Of one conversation; more than a window can show. */
const maxKnown = 500

/** Characters of one, of which the first words are shown. */
const maxLength = 1000

const missing = new WeakMap<ReadonlyArray<Entry>, ReadonlySet<Seq>>()

/** The places that are answered by some entries, and that are not among them. */
const missingIn = (entries: ReadonlyArray<Entry>): ReadonlySet<Seq> => {
  const known = missing.get(entries)
  if (known !== undefined) return known
  const answered = entries.flatMap((entry) => (entry._tag === "Notice" ? [] : (entry.replyTo ?? [])))
  const made = new Set(answered.length === 0 ? [] : answered.filter((seq) => seq > 0 && !placesIn(entries).has(seq)))
  missing.set(entries, made)
  return made
}

/** The entries that may be in a window: none takes less than a row. */
const inSight = (model: Model, conversation: Conversation): ReadonlyArray<Entry> => {
  const { entries, scroll } = conversation
  const look = model.past === undefined ? lookOf(model) : lookAt(model, model.past)
  const key = scroll === 0 ? undefined : placeOf(conversation, look)?.key
  const bottom = key === undefined ? entries.length : entries.findLastIndex((entry) => entry.key === key) + 1
  return entries.slice(Math.max(0, bottom - layout(model).timeline.rows), bottom)
}

/** Asks for those in sight that nobody has asked for. */
export const ask = (model: Model): Next => {
  const { connection, hidden, past } = model
  const shown = past === undefined ? current(model) : asConversation(model, past)
  const there = connection._tag === "Online" && connection.version > 1 && !hidden
  const unknown = missingIn(shown.entries)
  if (!there || unknown.size === 0 || find(model, shown.name)?.roster === undefined) return [model, []]
  const wanted = inSight(model, shown).flatMap((entry) =>
    entry._tag === "Notice" || entry.replyTo === undefined ? [] : [entry.replyTo],
  )
  const asked = [...new Set(wanted)].filter((seq) => unknown.has(seq) && !shown.answered.has(seq))
  if (asked.length === 0) return [model, []]
  const noted = change(model, shown.name, (conversation) => ({
    ...conversation,
    answered: new Map([...conversation.answered, ...asked.map((seq) => [seq, undefined] as const)].slice(-maxKnown)),
  }))
  return [noted, asked.map((seq) => ({ _tag: "FindAnswered", channel: shown.name, seq }))]
}

/** It is there, or gone. */
export const receive = (model: Model, { channel, message, seq }: Extract<Action, { readonly _tag: "Answered" }>) =>
  change(model, channel, (conversation) => {
    // Of another history, or no more of interest.
    if (!conversation.answered.has(seq)) return conversation
    const found = message === null ? null : { ...entryOf(message), content: message.content.slice(0, maxLength) }
    return { ...conversation, answered: new Map(conversation.answered).set(seq, found) }
  })

/** Those whose answers were lost with the connection are asked for again. */
export const withoutAsked = ({ answered }: Conversation): Conversation["answered"] =>
  new Map([...answered].filter(([, message]) => message !== undefined))

/** A message that was found, in its place: what stands around it is shown over the conversation until it is left. */
import type { PastMessage } from "../../protocol/v2/Entry.ts"
import type * as Seq from "../../domain/Seq.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Intent } from "../Action.ts"
import { searched } from "../../text/Hits.ts"
import type { Key } from "../Key.ts"
import { layout } from "../Layout.ts"
import { type Conversation, conversation, type MessageEntry, type Model, type Past } from "../Model.ts"
import { type Look, placeOf, rowCount, scrollBack, scrollTo } from "../Timeline.ts"
import { find, lookOf, maxEntries, notice } from "./conversations.ts"
import { enter } from "./enter.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]
type Page = ServerFrameOf<"HistoryPage">

/** Asks for what was found as this number in the last search. */
export const openFound = (model: Model, number: number): Next => {
  const hit = model.found?.hits[number - 1]
  if (hit !== undefined) return [model, [{ _tag: "Around", ...hit }]]
  const count = model.found?.hits.length ?? 0
  const why =
    count === 0
      ? "Nothing was searched for yet: /search soup, then /open 1"
      : `There is no ${number} among what was found: 1 to ${count}`
  return [notice(model, why, "error"), []]
}

/** Its place is its key. */
export const entryOf = (message: PastMessage): MessageEntry => {
  const { content, deleted, edited, file, from, id, reactions, reply_to: replyTo, seq, timestamp } = message
  return {
    _tag: "Message",
    key: seq,
    at: timestamp,
    id,
    seq,
    from,
    content,
    file,
    replyTo,
    edited,
    deleted,
    reactions,
    mention: false,
  }
}

const entriesOf = (page: Page): ReadonlyArray<MessageEntry> =>
  page.entries.filter((entry): entry is PastMessage => entry.type === "Message").map(entryOf)

/** As a conversation, to be drawn like one. */
export const asConversation = (model: Model, { channel, entries, scroll }: Past): Conversation => ({
  ...conversation(channel),
  answered: find(model, channel)?.answered ?? new Map(),
  entries,
  scroll,
})

/** Lines for the messages: the rest says where one is. */
const heightOf = (model: Model): number => Math.max(1, layout(model).timeline.rows - 1)

export const lookAt = (model: Model, past: Past): Look => ({
  ...lookOf(model),
  wanted: searched(past.words),
  unfolded: undefined,
  marked: past.seq,
})

export const show = (model: Model, seq: Seq.Seq, before: Page, after: Page): Model => {
  const entries = [...entriesOf(before), ...entriesOf(after)]
  const past: Past = {
    channel: before.channel,
    seq,
    words: model.found?.words ?? "",
    entries,
    scroll: 0,
    older: before.more ? before.entries[0]?.seq : undefined,
    newer: after.more ? after.entries.at(-1)?.seq : undefined,
    loading: false,
    thread: false,
  }
  const look = lookAt(model, past)
  const scroll = scrollTo(asConversation(model, past), seq, look, heightOf(model))
  return { ...model, past: { ...past, scroll }, help: undefined, search: undefined, completion: undefined }
}

/** A page before or behind what is shown, or none. */
export const addPage = (model: Model, way: "older" | "newer", page: Page | undefined): Model => {
  const { past } = model
  if (past === undefined || (page !== undefined && page.channel !== past.channel)) return model
  if (page === undefined) return { ...model, past: { ...past, loading: false } }
  const look = lookAt(model, past)
  const place = placeOf(asConversation(model, past), look)
  const fresh = entriesOf(page)
  // Where there are too many, those at the other end go.
  const next: Past =
    way === "older"
      ? {
          ...past,
          loading: false,
          entries: [...fresh, ...past.entries].slice(0, maxEntries),
          older: page.more ? page.entries[0]?.seq : undefined,
        }
      : {
          ...past,
          loading: false,
          entries: [...past.entries, ...fresh].slice(-maxEntries),
          newer: page.more ? page.entries.at(-1)?.seq : undefined,
        }
  const scroll = place === undefined ? undefined : scrollBack(asConversation(model, next), place, look)
  return { ...model, past: { ...next, scroll: scroll ?? past.scroll } }
}

const close = (model: Model): Model => ({ ...model, past: undefined })

/** Scrolls by so many rows, up or with a negative number down; at either end more is asked for. */
export const scroll = (model: Model, by: number): Next => {
  const { past } = model
  if (past === undefined) return [model, []]
  const height = heightOf(model)
  const wanted = past.scroll + by
  const most = Math.max(0, rowCount(asConversation(model, past), lookAt(model, past)) - height)
  const scrolled = { ...past, scroll: Math.max(0, Math.min(most, wanted)) }
  const { channel, loading, newer, older } = past
  if (!loading && wanted > most && older !== undefined) {
    const asked = { ...model, past: { ...scrolled, loading: true } }
    return [asked, [{ _tag: "PastPage", channel, way: "older", from: older }]]
  }
  if (!loading && wanted < 0 && newer !== undefined) {
    const asked = { ...model, past: { ...scrolled, loading: true } }
    return [asked, [{ _tag: "PastPage", channel, way: "newer", from: newer }]]
  }
  return [{ ...model, past: scrolled }, []]
}

/** A key while it is shown; undefined for one that closes it, and is for the draft. */
export const press = (model: Model, key: Key): Next | undefined => {
  const page = Math.max(1, heightOf(model) - 1)
  if (key.alt) return undefined
  switch (key.name) {
    case "escape":
      return [close(model), []]
    case "enter":
      return enter(close(model), model.past?.channel ?? model.current)
    case "up":
      return scroll(model, 1)
    case "down":
      return scroll(model, -1)
    case "pageUp":
      return scroll(model, page)
    case "pageDown":
      return scroll(model, -page)
    case "home":
      return scroll(model, Number.POSITIVE_INFINITY)
    case "end":
      return scroll(model, Number.NEGATIVE_INFINITY)
    case "text":
      return key.ctrl && key.text === "c" ? [close(model), []] : undefined
    default:
      return [model, []]
  }
}

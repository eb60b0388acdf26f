/** The heart of the terminal client: what happens makes the next model, and says what is to be done. Pure. */
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Action, Intent } from "./Action.ts"
import { dateAndTime } from "./internal/day.ts"
import type { Model } from "./Model.ts"
import * as Plain from "./Plain.ts"
import { notice, resize, settle } from "./update/conversations.ts"
import { hear, notJoined, notPublished, published } from "./update/hear.ts"
import { described } from "./update/administer.ts"
import { leaveWhenSent } from "./update/leave.ts"
import { enter } from "./update/obey.ts"
import { notTurned, reading, turn, unread } from "./update/past.ts"
import { paste, press } from "./update/press.ts"
import { cut } from "./Width.ts"

/** Columns of a message that was found. */
const maxFound = 200

type Next = readonly [Model, ReadonlyArray<Intent>]

/** What the window is called: who looks elsewhere sees there how much is new. */
export const title = ({ conversations, current }: Model): string => {
  const mentions = conversations.reduce((sum, conversation) => sum + conversation.mentions, 0)
  const unread = conversations.some((conversation) => conversation.unread > 0)
  const mark = mentions > 0 ? `(${mentions}) ` : unread ? "* " : ""
  return `${mark}${current.startsWith("@") ? "" : "#"}${current} – natter`
}

const online = (model: Model, state: Model["connection"]): Model => {
  const me = state._tag === "Online" ? state.username : model.me
  const known = { ...model, connection: state, me }
  const old = state._tag === "Online" && state.version === 1 && model.connection._tag === "Connecting"
  return old
    ? notice(known, "This server speaks an old version: it has one channel, and neither status nor topics.")
    : known
}

/** Those whose time is up are not typing any more. */
const tick = (model: Model, now: number): Model => {
  const over = (typing: ReadonlyMap<string, number>) => [...typing.values()].some((until) => until <= now)
  if (!model.conversations.some(({ typing }) => over(typing))) return { ...model, now }
  return {
    ...model,
    now,
    conversations: model.conversations.map((conversation) => ({
      ...conversation,
      typing: new Map([...conversation.typing].filter(([, until]) => until > now)),
    })),
  }
}

const listed = ({ channels, next }: ServerFrameOf<"Channels">): string => {
  if (channels.length === 0) return "There is no channel with anybody in it."
  const lines = channels.map(
    ({ channel, count, topic }) => `#${channel}  ${count} here${topic === "" ? "" : `  ${topic}`}`,
  )
  return [...lines, ...(next === undefined ? [] : ["and more"])].join("\n")
}

/** What was found, a line each, the newest first. */
const found = (words: string, { hits, next }: ServerFrameOf<"SearchResult">): string => {
  if (hits.length === 0) return `Nothing was found for "${words}". Whole words are searched for, all of them.`
  const lines = hits.map(({ channel, message: { content, from, timestamp } }) => {
    const where = channel.startsWith("@") ? channel : `#${channel}`
    return `${where}  ${dateAndTime(timestamp)}  ${from}: ${cut(Plain.line(content), maxFound)}`
  })
  return [`Found for "${words}", the newest first:`, ...lines, ...(next === undefined ? [] : ["and more"])].join("\n")
}

const step = (model: Model, action: Action): Next => {
  switch (action._tag) {
    case "Pressed":
      return press(model, action.key)
    case "Pasted":
      return paste(model, action.text)
    case "Resized":
      return [resize(model, action.size), []]
    case "Tick":
      return [tick(model, action.now), []]
    case "Connection":
      return [online(model, action.state), []]
    case "Event":
      return hear(model, action.event)
    case "Published":
      return [published(model, action.channel, action.id, action.seq), []]
    case "NotPublished":
      // Who leaves wants to see that.
      return [notPublished({ ...model, leaving: false }, action.channel, action.id, action.why), []]
    case "NotJoined":
      return [notJoined(model, action.channel, action.why), []]
    case "Channels":
      return [notice(model, listed(action.page)), []]
    case "History":
      return [turn(model, action.page), []]
    case "NoHistory":
      return [notTurned(model, action.channel, action.why), []]
    case "Unread":
      return [unread(model, action.channels), []]
    case "Found":
      return [notice(model, found(action.words, action.result)), []]
    case "Described":
      return [notice(model, described(action.info)), []]
    case "Blocked": {
      const names = action.usernames
      return [notice(model, names.length === 0 ? "You have blocked nobody." : `Blocked: ${names.join(", ")}`), []]
    }
    case "Administered": {
      const { call, done } = action
      const [there, intents] = call[0] === "createChannel" ? enter(model, call[1]) : ([model, []] as const)
      return [done === undefined ? there : notice(there, done), intents]
    }
    case "Refused":
      return [notice(model, action.why, "error"), []]
  }
}

export const update = (model: Model, action: Action): Next => {
  const [stepped, wanted] = step(model, action)
  const [next, marks] = reading(settle(stepped))
  const intents = [...wanted, ...marks, ...leaveWhenSent(next)]
  const before = title(model)
  const after = title(next)
  return before === after ? [next, intents] : [next, [...intents, { _tag: "Title", text: after }]]
}

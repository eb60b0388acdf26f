/** The heart of the terminal client: an action makes the next model, and intents of what is to be done. Pure. */
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"
import type { Action, Administration, Intent } from "./Action.ts"
import { dateAndTime } from "./internal/day.ts"
import { empty } from "./Editor.ts"
import { summaryOf } from "./Elsewhere.ts"
import { withFile } from "./FileLine.ts"
import type { Model } from "./Model.ts"
import * as Plain from "./Plain.ts"
import { say } from "./update/saying.ts"
import { clampScroll, isDirect, notice, resize, stopTyping } from "./update/conversations.ts"
import { giveUpAwaited } from "./update/awaited.ts"
import { receiveEvent, joinFailed, publishFailed, published } from "./update/events.ts"
import { click } from "./update/clicking.ts"
import { channelInfo } from "./update/administer.ts"
import * as Exporting from "./update/exporting.ts"
import * as Files from "./update/files.ts"
import * as Places from "./Places.ts"
import * as Answered from "./update/answered.ts"
import * as FirstNew from "./update/firstNew.ts"
import * as Past from "./update/past.ts"
import { forgetGone } from "./update/replying.ts"
import { quitWhenSent } from "./update/quit.ts"
import { enter } from "./update/enter.ts"
import { pageFailed, sendReadMarker, addPage, markUnread } from "./update/history.ts"
import { pasteText, pressKey, turnWheel, write } from "./update/keyboard.ts"
import { withName } from "../text/Emote.ts"
import { whois } from "./Whois.ts"
import * as Undo from "./update/undo.ts"
import { cut } from "./Width.ts"

/** Columns of a search result. */
const maxFound = 200

type Next = readonly [Model, ReadonlyArray<Intent>]

/** The window's title: it shows whether there is something unread, on any of its servers, to users who look elsewhere. */
export const titleOf = (servers: ReadonlyArray<Model>, { current }: Model): string => {
  const all = servers.map((one) => summaryOf(one))
  const mentions = all.reduce((sum, server) => sum + server.mentions, 0)
  const mark = mentions > 0 ? `(${mentions}) ` : all.some(({ unread }) => unread > 0) ? "* " : ""
  return `${mark}${current.startsWith("@") ? "" : "#"}${current} – natter`
}

const title = (model: Model): string => titleOf([model], model)

const connectionChanged = (model: Model, state: Model["connection"]): Model => {
  const me = state._tag === "Online" ? state.username : model.me
  const next = { ...Files.forgetPace(model), connection: state, me }
  if (state._tag === "Online" && state.registered === true && model.connection._tag !== "Online") {
    const name = Plain.nameInText(state.username)
    const where = model.page === undefined ? "natter user --help" : `${model.page}/admin, and natter user --help`
    const administers =
      state.role === "admin" ? ` As the first, you administer this service: ${where} say what there is to do.` : ""
    return notice(
      next,
      `You are new here: ${name} is registered now, with the password that you gave. \`natter login\` keeps you signed in.${administers}`,
    )
  }
  const old = state._tag === "Online" && state.version === 1 && model.connection._tag === "Connecting"
  return old
    ? notice(next, "This server speaks an old version: it has one channel, and neither status nor topics.")
    : next
}

/** The time moves on: those whose time is up are not typing any more. */
const tick = (model: Model, { now, ticks }: Pick<Model, "now" | "ticks">): Model => {
  const over = (typing: ReadonlyMap<string, number>) => [...typing.values()].some((until) => until <= ticks)
  if (!model.conversations.some(({ typing }) => over(typing))) return { ...model, now, ticks }
  return {
    ...model,
    now,
    ticks,
    conversations: model.conversations.map((conversation) => ({
      ...conversation,
      typing: new Map([...conversation.typing].filter(([, until]) => until > ticks)),
    })),
  }
}

const channelList = ({ channels, next }: ServerFrameOf<"Channels">): string => {
  if (channels.length === 0) return "There is no channel with anybody in it."
  const lines = channels.map(
    ({ channel, count, topic }) => `#${channel}  ${count} here${topic === "" ? "" : `  ${topic}`}`,
  )
  return [...lines, ...(next === undefined ? [] : ["and more"])].join("\n")
}

/** The results of a search, a line each, the newest first. */
const searchResult = (words: string, { hits, next }: ServerFrameOf<"SearchResult">): string => {
  if (hits.length === 0) {
    return `Nothing was found for "${words}". All words have to be there, each by its beginning at least.`
  }
  const lines = hits.map(({ channel, message: { content, file, from, timestamp } }, at) => {
    const where = channel.startsWith("@") ? Plain.channel(channel) : `#${channel}`
    const said = Plain.line(withName(Plain.name(from), withFile(content, file, " ")))
    return `${where}  (${at + 1})  ${dateAndTime(timestamp)}  ${cut(said, maxFound)}`
  })
  const more = next === undefined ? [] : ["and more"]
  const opening = "/open 1 shows the first of them in its place."
  return [`Found for "${words}", the newest first:`, ...lines, ...more, opening].join("\n")
}

/** Who may not speak is not typing. An older service says nothing of that. */
const silenced = (model: Model, call: Administration): Model => {
  switch (call[0]) {
    case "mute":
    case "kick":
      return stopTyping(model, call[1], [call[2]])
    case "ban":
      return "username" in call[2] ? stopTyping(model, call[1], [call[2].username]) : model
    default:
      return model
  }
}

const step = (model: Model, action: Action): Next => {
  switch (action._tag) {
    case "Pressed":
      return pressKey(model, action.key)
    case "Pasted":
      return pasteText(model, action.text)
    case "Wheel":
      return turnWheel(model, action.lines, action.arrows)
    case "Clicked":
      return click(model, action.column, action.row)
    case "Resized":
      return [resize(model, action.size), []]
    case "Tick":
      return [giveUpAwaited(tick(model, action)), []]
    case "Connection":
      return [connectionChanged(model, action.state), []]
    case "PasswordNeeded":
      return [
        { ...model, password: empty, help: undefined, search: undefined, picker: undefined, selected: undefined },
        [],
      ]
    case "Event":
      return receiveEvent(forgetGone(model, action.event), action.event)
    case "Published":
      return [published(model, action.channel, action.id, action.seq), []]
    case "NotPublished":
      // A user who was quitting gets to see that.
      return [publishFailed({ ...model, quitting: false }, action.channel, action.id, action.why), []]
    case "NotJoined":
      return [joinFailed(model, action.channel, action.why), []]
    case "Channels":
      return [notice(model, channelList(action.page)), []]
    case "History":
      return FirstNew.goOn(addPage(model, action.page), action.channel)
    case "NoHistory":
      return FirstNew.goOn(pageFailed(model, action.channel, action.why), action.channel)
    case "Unread":
      return [markUnread(model, action.channels), []]
    case "SearchResult": {
      const { result, words } = action
      const hits = result.hits.map(({ channel, message: { seq } }) => ({ channel, seq }))
      return [notice({ ...model, found: { words, hits } }, searchResult(words, result)), []]
    }
    case "Around":
      return [Past.show(model, action.seq, action.before, action.after), []]
    case "PastPage":
      return [Past.addPage(model, action.way, action.page), []]
    case "Answered":
      return [Answered.receive(model, action), []]
    case "ChannelInfo":
      return [notice(model, channelInfo(action.info)), []]
    case "BlockedUsers": {
      const names = action.usernames
      return [
        notice(model, names.length === 0 ? "You have blocked nobody." : `Blocked: ${names.map(Plain.name).join(", ")}`),
        [],
      ]
    }
    case "AdministrationDone": {
      const { call, done } = action
      const [there, intents] =
        call[0] === "createChannel" ? enter(model, call[1]) : ([silenced(model, call), []] as const)
      return [done === undefined ? there : notice(there, done), intents]
    }
    case "TransferBegun":
    case "TransferMoved":
    case "Uploaded":
    case "Downloaded":
    case "TransferFailed":
      return Files.transferred(model, action)
    case "Paths":
      return [Files.offerPaths(model, action.typed, action.paths), []]
    case "Written":
      return [write(model, action.text), []]
    case "Whois":
      return [notice(model, whois(model, action.name, action.info)), []]
    case "ExportMoved":
    case "Exported":
    case "NotExported":
      return [Exporting.moved(model, action), []]
    case "Seen":
      return [{ ...model, hidden: !action.shown }, []]
    case "PlacesWanted":
      return Places.ask(model)
    case "ChannelNames":
      return [{ ...model, channels: { ...model.channels, names: action.names } }, []]
    case "Enter":
      return enter(model, action.channel)
    case "Elsewhere":
      return [{ ...model, elsewhere: action.servers }, []]
    case "Settings":
      return [{ ...model, settings: action.settings }, []]
    case "Refused":
      return [notice(model, action.why, "error"), []]
  }
}

/** What the server is asked by a key, and what is asked again when the connection is back. */
const asking: ReadonlySet<Intent["_tag"]> = new Set([
  "Administer",
  "Around",
  "Delete",
  "Describe",
  "Edit",
  "ListBlocked",
  "ListChannels",
  "React",
  "Search",
  "SetStatus",
  "SetTopic",
  "Whois",
])

/** A key has asked for what cannot be had now: it is not lost, and that is said. */
const sayThatItWaits = (model: Model, { _tag }: Action, intents: ReadonlyArray<Intent>): Model =>
  _tag === "Pressed" && model.connection._tag !== "Online" && intents.some((intent) => asking.has(intent._tag))
    ? say(model, "There is no connection: that is done when it is back.")
    : model

const channelsIn = ({ conversations }: Model): ReadonlyArray<string> =>
  conversations.map(({ name }) => name).filter((name) => !isDirect(name))

/** Where the user has entered or left a channel, which there are now. */
const keepChannels = (before: Model, after: Model): ReadonlyArray<Intent> => {
  if (before.conversations === after.conversations) return []
  const names = channelsIn(after)
  const former = channelsIn(before)
  const isSame = names.length === former.length && names.every((name, at) => name === former[at])
  return isSame ? [] : [{ _tag: "KeepChannels", names }]
}

export const update = (model: Model, action: Action): Next => {
  const [done, wanted] = step(model, action)
  const stepped = Undo.record(model, sayThatItWaits(done, action, wanted))
  const [marked, marks] = sendReadMarker(clampScroll(stepped))
  const [quoting, quotes] = Answered.ask(marked)
  const chooses = quoting.picker?.what === "switch" && model.picker === undefined
  const [next, places] = chooses ? Places.ask(quoting) : [quoting, []]
  const intents = [...wanted, ...marks, ...quotes, ...places, ...keepChannels(model, next), ...quitWhenSent(next)]
  const before = title(model)
  const after = title(next)
  return before === after ? [next, intents] : [next, [...intents, { _tag: "Title", text: after }]]
}

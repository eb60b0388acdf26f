/** The server's events, and what became of what the user sent. */
import type { ClientEvent } from "../../client/Client.ts"
import { Roster } from "../../client/Roster.ts"
import type { Left, Message, Missed } from "../../client/Event.ts"
import * as Seq from "../../domain/Seq.ts"
import type { ChannelAccess } from "../../domain/ChannelRole.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Intent } from "../Action.ts"
import { withFile } from "../FileLine.ts"
import * as Editor from "../Editor.ts"
import type { Conversation, Entry, MessageEntry, Model } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { emoteOf, withName } from "../../text/Emote.ts"
import { levelOf } from "../Settings.ts"
import {
  add,
  change,
  close,
  find,
  indexFor,
  isDirect,
  isIgnored,
  isWaiting,
  notice,
  open,
  presence,
  rename,
  show,
  unsayLeft,
  stopTyping,
  countUnread,
  withEntries,
} from "./conversations.ts"
import { withoutAsked } from "./answered.ts"
import { awaitedAfter } from "./awaited.ts"
import { applyChange, isCalled, receiveReadMarker, later, requestOlder } from "./history.ts"
import { tellAbsence } from "./absence.ts"
import { publish } from "./post.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

/** How long somebody counts as typing, in milliseconds. */
const typingFor = 6000

/** People who are known to be typing in one conversation. */
const maxTyping = 20

/** Milliseconds between two notifications that the user was named. */
const notifyEvery = 1000

export const receiveEvent = (model: Model, event: ClientEvent): Next => {
  switch (event.type) {
    case "Joined":
      // Somebody who is ignored opens no conversation here.
      if (
        find(model, event.channel) === undefined &&
        isDirect(event.channel) &&
        isIgnored(model, event.channel.slice(1))
      ) {
        return [model, []]
      }
      return joined(open(rename(model, event.channel), event.channel), event)
    case "Left":
      return [left(model, event), []]
    case "Message":
      return message(model, event)
    case "Edited":
    case "Deleted":
    case "Reacted":
      return [applyChange(model, event), []]
    case "Missed":
      return [missed(model, event), []]
    case "HistoryChanged":
      return [historyChanged(model, event.channel), []]
    case "ReadMarker":
      return [receiveReadMarker(model, event), []]
    case "Presence":
      return [presenceChanged(model, event), []]
    case "TopicChanged": {
      const named = change(model, event.channel, (conversation) => ({ ...conversation, topic: event.topic }))
      const text =
        event.topic === ""
          ? `${Plain.nameInText(event.by)} took the topic away`
          : `${Plain.nameInText(event.by)} set the topic: ${event.topic}`
      return [notice(named, text, "info", event.channel), []]
    }
    case "UserTyping":
      if (isIgnored(model, event.username)) return [model, []]
      if (event.stopped === true) return [stopTyping(model, event.channel, [event.username]), []]
      return [
        change(model, event.channel, (conversation) => ({
          ...conversation,
          // The next tick removes those whose time is up. Beyond `maxTyping` it is only said that there are several.
          typing:
            conversation.typing.size >= maxTyping
              ? conversation.typing
              : new Map(conversation.typing).set(event.username, model.ticks + typingFor),
        })),
        [],
      ]
    case "Renamed": {
      const { by, channel, name } = event
      const text =
        by === undefined
          ? `#${channel} is called #${name} now.`
          : `${Plain.nameInText(by)} renamed #${channel} to #${name}.`
      return [notice(rename(model, name, channel), text, "info", name), []]
    }
    case "ChannelChanged":
      return [
        notice(
          // Whoever still may will type on.
          event.archived || event.access === "readonly"
            ? change(model, event.channel, (conversation) => ({ ...conversation, typing: new Map() }))
            : model,
          `${Plain.nameInText(event.by)} changed the channel: ${settingsOf(event)}.`,
          "info",
          event.channel,
        ),
        [],
      ]
    case "RoleChanged": {
      const role = event.role === undefined ? "no role any more" : `the role ${event.role} now`
      const whose = event.username === model.me ? "You have" : `${Plain.nameInText(event.username)} has`
      return [notice(model, `${whose} ${role} (${Plain.nameInText(event.by)}).`, "info", event.channel), []]
    }
    case "Kicked": {
      const whom = Plain.nameInText(event.username)
      const why = event.reason === undefined ? "." : `: ${Plain.line(event.reason)}`
      if (event.username === model.me) return [thrownOut(model, event), []]
      const there = stopTyping(model, event.channel, [event.username])
      return [notice(there, `${Plain.nameInText(event.by)} threw ${whom} out${why}`, "info", event.channel), []]
    }
    case "Invited":
      return [
        notice(model, `${Plain.nameInText(event.by)} invites you into #${event.channel}: /join ${event.channel}`),
        [],
      ]
  }
}

/** The settings of a channel, in words. */
export const settingsOf = (channel: {
  readonly access: ChannelAccess
  readonly archived: boolean
  readonly slow_mode: number
}): string => {
  const { access, archived, slow_mode: slow } = channel
  return [access, ...(slow > 0 ? [`a message every ${slow / 1000} s`] : []), ...(archived ? ["archived"] : [])].join(
    ", ",
  )
}

const welcome = ({ channel, count }: ServerFrameOf<"Joined">): string => {
  if (isDirect(channel)) return `Only you and ${channel.slice(1)} read this.`
  if (count <= 1) return `You are in #${channel}. Nobody else is here yet.`
  return count === 2 ? `You are in #${channel} with one other.` : `You are in #${channel} with ${count - 1} others.`
}

const missed = (model: Model, { channel, from, to }: Missed): Model => {
  const count = to - from + 1
  const text = count === 1 ? "A message was missed meanwhile" : `${count} messages were missed meanwhile`
  const noticed = notice(model, `${text}: history does not reach back so far.`, "info", channel)
  return change(noticed, channel, (conversation) => ({ ...conversation, seq: later(conversation.seq, to) }))
}

const joined = (model: Model, event: ServerFrameOf<"Joined">): Next => {
  const { channel, seq, topic } = event
  const before = find(model, channel)
  if (before === undefined) return [model, []]
  const entered = change(model, channel, (conversation) => ({
    ...conversation,
    entries: conversation.entries.map((entry) => (isWaiting(entry) ? { ...entry, waiting: false } : entry)),
    topic,
    // Entries that were missed meanwhile come as events behind this one.
    seq: before.seq ?? seq,
    out: false,
    roster: Roster.of(event),
    answered: withoutAsked(conversation),
    awaited: awaitedAfter(before, Roster.of(event), model),
    typing: new Map(),
  }))
  // What the user wrote before joining can be sent now.
  const intents = before.entries
    .filter(isWaiting)
    .map(({ content, file, id, replyTo }): Intent => publish({ channel, id, content, file, replyTo }))
  // Who was put out hears it, too; who was only away for a while was never out.
  const isBack = before.seq !== undefined && before.roster === undefined && !isDirect(channel)
  if (isBack) return [notice(entered, welcome(event), "info", channel), intents]
  if (before.seq !== undefined) return [entered, intents]
  const welcomed = tellAbsence(notice(entered, welcome(event), "info", channel), channel)
  const begun = change(welcomed, channel, (conversation) => ({ ...conversation, oldest: Seq.next(seq) }))
  const [asked, asking] = requestOlder(begun, channel)
  return [asked, [...intents, ...asking]]
}

/** What is shown of the channel was said in another history: its places mean nothing any more. */
const historyChanged = (model: Model, channel: string): Model => {
  const text = "The service has another history of this now: what was said meanwhile may be lost. It begins anew here:"
  const anew = change(model, channel, (conversation) => ({
    ...conversation,
    entries: conversation.entries.map((entry) =>
      entry._tag === "Message"
        ? { ...entry, seq: Seq.zero, replyTo: entry.replyTo === undefined ? undefined : Seq.zero }
        : entry,
    ),
    answered: new Map(),
    seq: Seq.zero,
    oldest: Seq.zero,
    read: undefined,
    counted: undefined,
  }))
  return notice(anew, text, "error", channel)
}

const putOut = (model: Model, channel: string): Model =>
  change(model, channel, (conversation) => ({
    ...conversation,
    // The server closes quiet direct conversations of users with many, and opens them again with the next message.
    out: !isDirect(channel),
    roster: undefined,
    typing: new Map(),
  }))

/** That somebody did it says all that there is to say: the server's own word for it comes behind. */
const thrownOut = (model: Model, { by, channel, reason }: ServerFrameOf<"Kicked">): Model => {
  const why = reason === undefined ? "." : `: ${Plain.line(reason)}`
  const text = `${Plain.nameInText(by)} threw you out of #${channel}${why}`
  return notice(putOut(model, channel), `${text}\n/join ${channel} tries to come back.`, "error", channel)
}

/** With a `ref` the user wanted to leave. */
const left = (model: Model, { because, channel, ref }: Left): Model => {
  if (ref !== undefined) return close(model, channel)
  const out = putOut(model, channel)
  if (isDirect(channel) || find(model, channel)?.out === true) return out
  const why = because === undefined ? "." : `: ${because.message}.`
  return notice(
    out,
    `The server has put you out of #${channel}${why} /join ${channel} tries to come back.`,
    "error",
    channel,
  )
}

const message = (model: Model, event: Message): Next => {
  const { channel, content, deleted, edited, file, from, id, reactions, reply_to: replyTo, seq, timestamp } = event
  const conversation = find(model, channel)
  if (conversation === undefined) return [model, []]
  const own = from === model.me
  const named = (entry: Entry) => id !== undefined && entry._tag !== "Notice" && entry.id === id
  const unsent = (entry: Entry) => own && entry._tag === "Unsent" && named(entry)
  const again = (entry: Entry): entry is MessageEntry =>
    entry._tag === "Message" &&
    entry.from === from &&
    (named(entry) || (seq > 0 && entry.seq === seq && entry.at === timestamp))
  // It may be there already: from its acknowledgement, from a page of history, or from before a reconnection.
  const known = conversation.entries.find(again)
  if (known !== undefined) {
    const { fromHistory, ...rest } = known
    const placed = withEntries(model, channel, ({ entries }) => {
      const others = entries.filter((entry) => entry !== known)
      const index = known.seq === seq ? entries.indexOf(known) : indexFor(others, seq)
      return others.toSpliced(index, 0, { ...rest, at: timestamp, seq, replyTo })
    })
    const seen = change(placed, channel, (conversation) => ({ ...conversation, seq: later(conversation.seq, seq) }))
    // One that only came with a page of history so far is new to the user all the same.
    return fromHistory === true && !isIgnored(model, from)
      ? countAsNew(seen, event, known.key, known.mention)
      : [seen, []]
  }
  const mention = isCalled(model, from, content)
  const entry = {
    _tag: "Message",
    at: timestamp,
    id,
    seq,
    from,
    content,
    file,
    replyTo,
    mention,
    edited,
    deleted,
    reactions,
  } as const
  const added = add(model, channel, entry, unsent)
  const next = change(stopTyping(added, channel, [from]), channel, (conversation) => ({
    ...conversation,
    seq: seq === Seq.zero ? seq : later(conversation.seq, seq),
  }))
  return own || deleted === true || isIgnored(model, from)
    ? [next, []]
    : countAsNew(next, event, find(next, channel)!.keys, mention)
}

/** Counts a message of somebody else as unread, and notifies the user, if it concerns them. */
const countAsNew = (model: Model, { channel, content, file, from }: Message, key: number, mention: boolean): Next => {
  const direct = isDirect(channel)
  const counted = countUnread(model, channel, key, mention || direct)
  const level = levelOf(model.settings, model.address, channel)
  const told = level === "all" || (level === "mentions" && (mention || direct))
  // One notification for many that come together.
  if (!told || model.settings.dnd || model.ticks - model.notifiedAt < notifyEvery) return [counted, []]
  // Who does something is named in what is done.
  const noted = emoteOf(content) === undefined ? content : withName(from, content)
  const title = direct ? from : `${from} in #${channel}`
  return [{ ...counted, notifiedAt: model.ticks }, [{ _tag: "Notify", title, text: withFile(noted, file, " ") }]]
}

/** People who left last that are known of one channel. */
const maxGone = 500

const presenceChanged = (model: Model, event: ServerFrameOf<"Presence">): Model => {
  const conversation = find(model, event.channel)
  if (conversation?.roster === undefined) return model
  const { awaited, roster } = conversation
  const { joined, left, roster: next } = roster.apply(event)
  const there = change(model, event.channel, (conversation) => ({ ...conversation, roster: next }))
  const known = stopTyping(there, event.channel, left)
  // People are brought into a direct conversation by its messages, so that they joined is no news.
  if (isDirect(event.channel)) return known
  const back = joined.filter((name) => awaited.names.has(name))
  const noted = change(known, event.channel, (conversation) => ({
    ...conversation,
    awaited: { ...awaited, names: new Set([...awaited.names].filter((name) => !back.includes(name))) },
    gone: new Map(
      [...conversation.gone]
        .filter(([name]) => !joined.includes(name))
        .concat(left.map((name) => [name, model.ticks]))
        .slice(-maxGone),
    ),
  }))
  const unsaid = back.reduce((next, name) => unsayLeft(next, event.channel, name), noted)
  const others = joined.filter((name) => name !== model.me && !back.includes(name))
  return presence(unsaid, event.channel, others, left)
}

/** The name of the conversation in which this is unsent: it may be called differently since it was written. */
const whereUnsent = (model: Model, channel: string, id: string): string => {
  const has = ({ entries }: Conversation) => entries.some((entry) => entry._tag === "Unsent" && entry.id === id)
  const meant = find(model, channel)
  return meant !== undefined && has(meant) ? channel : (model.conversations.find(has)?.name ?? channel)
}

/** A message of the user is acknowledged. Its event may have come before, or may not come at all. */
export const published = (model: Model, channel: string, id: string, seq: Seq.Seq): Model =>
  withEntries(model, whereUnsent(model, channel, id), ({ entries }) => {
    const found = entries.find((entry) => entry._tag === "Unsent" && entry.id === id)
    if (found?._tag !== "Unsent" || model.me === undefined) return entries
    const { at, content, file, id: own, key, replyTo } = found
    const said = { content, file, replyTo, mention: false }
    const acknowledged: Entry = { _tag: "Message", key, at, id: own, seq, from: model.me, ...said }
    const others = entries.filter((entry) => entry !== found)
    return others.toSpliced(seq === Seq.zero ? entries.indexOf(found) : indexFor(others, seq), 0, acknowledged)
  })

export const publishFailed = (model: Model, channel: string, id: string, why: string): Model =>
  withEntries(model, whereUnsent(model, channel, id), ({ entries }) =>
    entries.map((entry): Entry => (entry._tag === "Unsent" && entry.id === id ? { ...entry, failed: why } : entry)),
  )

/** What was to be said in a direct conversation that there cannot be stands in the draft again, with its command. */
const withDraft = (model: Model, name: string, waiting: ReadonlyArray<Extract<Entry, { _tag: "Unsent" }>>): Model => {
  const text = waiting.map(({ content }) => content).join("\n")
  if (text === "") return model
  if (model.editor.text !== "") return notice(model, `not sent: ${text}`, "error")
  return { ...model, editor: Editor.of(`/msg ${name.slice(1)} ${text}`) }
}

/**
 * The channel could not be joined, so what was waiting to be sent there has failed, too. Where one has never been, and has left
 * nothing to be read, there is nothing to be shown.
 */
export const joinFailed = (model: Model, channel: string, why: string): Model => {
  const conversation = find(model, channel)
  const text = `${isDirect(channel) ? "" : "#"}${channel}: ${why}`
  if (conversation === undefined) return notice(model, text, "error")
  const waiting = conversation.entries.filter(isWaiting)
  const isNone = conversation.seq === undefined && (waiting.length === 0 || isDirect(conversation.name))
  if (isNone && model.conversations.length > 1) {
    const back = model.current === conversation.name ? show(model, conversation.openedFrom ?? "") : model
    const closed = notice(close(back, channel), text, "error")
    return withDraft(closed, conversation.name, waiting)
  }
  const failed = withEntries(isDirect(channel) ? model : putOut(model, channel), channel, ({ entries }) =>
    entries.map((entry): Entry => (isWaiting(entry) ? { ...entry, failed: why, waiting: false } : entry)),
  )
  return notice(failed, text, "error", channel)
}

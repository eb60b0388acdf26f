/** What was said before: `CHATHISTORY`. */
import * as Effect from "effect/Effect"
import * as chat from "../../chat/operations.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import type { Entry, Message } from "../../domain/Entry.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import { Seq } from "../../domain/Seq.ts"
import type { SessionCaller } from "../../session/Session.ts"
import type { Page } from "../../chat/page.ts"
import { speechOf } from "../Capability.ts"
import type { UserHandler } from "../Command.ts"
import { format, inBatch } from "../Line.ts"
import { nickOf, placeIn, placeOf, targetOf } from "../Names.ts"
import type { Peer } from "../Peer.ts"
import * as Stamp from "../Stamp.ts"
import { maxHistory } from "../Welcome.ts"
import { messageLines } from "../Writing.ts"

/** From where one reads: a message, or a moment. */
type Point = { readonly seq: number } | { readonly at: number }

type Range = Omit<Page, "channel" | "limit">

const pointOf = (channel: ChannelName, text: string | undefined): Point | undefined => {
  const [, kind, value = ""] = /^(msgid|timestamp)=(.*)$/.exec(text ?? "") ?? []
  if (kind === "msgid") {
    const seq = placeIn(channel, value)
    return seq === undefined ? undefined : { seq }
  }
  const at = kind === "timestamp" ? Stamp.read(value) : undefined
  return at === undefined ? undefined : { at }
}

const before = (point: Point): Range =>
  "seq" in point ? { before: Seq.make(point.seq) } : { until: Math.max(0, point.at - 1) }
const after = (point: Point): Range => ("seq" in point ? { after: Seq.make(point.seq) } : { since: point.at + 1 })

const isBehind = (point: Point, { seq, timestamp }: Entry): boolean =>
  "seq" in point ? seq > point.seq : timestamp > point.at
const isBefore = (point: Point, { seq, timestamp }: Entry): boolean =>
  "seq" in point ? seq < point.seq : timestamp < point.at

/** Pages that are read for one answer: between messages may be any number of reactions. */
const maxPages = 5

const isSaid = (entry: Entry): entry is Message => entry.type === "Message" && entry.deleted !== true

/** Up to so many messages, from one end of a range: the nearest to that. */
const read = (
  { session }: Peer,
  caller: SessionCaller,
  channel: ChannelName,
  range: Range,
  limit: number,
): Effect.Effect<ReadonlyArray<Message>, RequestError> =>
  Effect.gen(function* () {
    const forward = range.after !== undefined || range.since !== undefined
    let found: ReadonlyArray<Message> = []
    let next = range
    for (let page = 0; page < maxPages && found.length < limit; page++) {
      const { entries, more } = yield* chat.page(session.services.chat, caller, { channel, ...next, limit })
      const said = entries.filter(isSaid)
      found = forward ? [...found, ...said].slice(0, limit) : [...said, ...found].slice(-limit)
      const end = forward ? entries.at(-1) : entries[0]
      if (!more || end === undefined) break
      next = forward ? { after: end.seq } : { before: end.seq }
    }
    return found
  })

interface Asked {
  readonly channel: ChannelName
  readonly from: Point | undefined
  readonly to: Point | undefined
  readonly limit: number
}

type Subcommand = (
  peer: Peer,
  caller: SessionCaller,
  asked: Asked,
) => Effect.Effect<ReadonlyArray<Message>, RequestError> | undefined

const subcommands: Readonly<Record<string, Subcommand>> = {
  LATEST: (peer, caller, { channel, from, limit }) =>
    Effect.map(read(peer, caller, channel, {}, limit), (found) =>
      from === undefined ? found : found.filter((message) => isBehind(from, message)),
    ),
  BEFORE: (peer, caller, { channel, from, limit }) => from && read(peer, caller, channel, before(from), limit),
  AFTER: (peer, caller, { channel, from, limit }) => from && read(peer, caller, channel, after(from), limit),
  AROUND: (peer, caller, { channel, from, limit }) => {
    if (from === undefined) return undefined
    // The message itself is the first of those behind it.
    const behind = "seq" in from ? { seq: from.seq - 1 } : { at: from.at - 1 }
    const half = Math.ceil(limit / 2)
    return Effect.zipWith(
      limit === half ? Effect.succeed([]) : read(peer, caller, channel, before(from), limit - half),
      read(peer, caller, channel, after(behind), half),
      (one, other) => [...one, ...other],
    )
  },
  BETWEEN: (peer, caller, { channel, from, limit, to }) => {
    if (from === undefined || to === undefined) return undefined
    const isForward = "seq" in from && "seq" in to ? from.seq <= to.seq : "at" in from && "at" in to && from.at <= to.at
    return isForward
      ? Effect.map(read(peer, caller, channel, after(from), limit), (found) =>
          found.filter((message) => isBefore(to, message)),
        )
      : Effect.map(read(peer, caller, channel, before(from), limit), (found) =>
          found.filter((message) => isBehind(to, message)),
        )
  },
}

/** In a batch, where the client knows that. */
const sayInBatch = (peer: Peer, kind: string, params: ReadonlyArray<string>, lines: ReadonlyArray<string>): void => {
  if (!peer.has("batch")) return peer.say(...lines)
  const batch = peer.freshBatch()
  peer.say(
    format(peer.serverName, "BATCH", `+${batch}`, kind, ...params),
    ...inBatch(batch, lines),
    format(peer.serverName, "BATCH", `-${batch}`),
  )
}

const tell = (peer: Peer, caller: SessionCaller, channel: ChannelName, messages: ReadonlyArray<Message>): void => {
  const { user } = caller.by
  const speech = speechOf(peer.capabilities)
  const lines = messages.flatMap((message) => {
    const toSelf = isDirect(channel) && message.from.id !== user.id
    return messageLines(peer.irc.settings, speech, channel, toSelf ? nickOf(user.name) : targetOf(channel), message)
  })
  sayInBatch(peer, "chathistory", [targetOf(channel)], lines)
}

/** Places that are looked at for where something was said. */
const maxPlaces = 50

/** Where something was said between two moments: channels that it is in, and direct conversations. */
const TARGETS = (
  peer: Peer,
  caller: SessionCaller,
  params: ReadonlyArray<string>,
): Effect.Effect<void, RequestError> => {
  const [one, other] = params.slice(0, 2).map((text) => Stamp.read(text.replace(/^timestamp=/, "")))
  const limit = limitOf(params[2])
  if (one === undefined || other === undefined || limit === undefined) {
    return Effect.sync(() => peer.fail("CHATHISTORY", "INVALID_PARAMS", ["TARGETS"], "timestamp=… timestamp=… limit"))
  }
  const [from, to] = [Math.min(one, other), Math.max(one, other)]
  return Effect.gen(function* () {
    const { services } = peer.session
    const unread = yield* chat.listUnread(services.chat, caller, {})
    const joined = [...caller.memberships.all].map(({ name }) => name)
    const places = [...new Set([...joined, ...unread.channels.map(({ channel }) => channel)])].slice(0, maxPlaces)
    const found: Array<{ readonly channel: ChannelName; readonly timestamp: number }> = []
    for (const channel of places) {
      const latest = yield* Effect.option(read(peer, caller, channel, { until: to }, 1))
      const last = latest._tag === "Some" ? latest.value.at(-1) : undefined
      if (last !== undefined && last.timestamp > from && last.timestamp < to)
        found.push({ channel, timestamp: last.timestamp })
    }
    const lines = found
      .toSorted((a, b) => a.timestamp - b.timestamp)
      .slice(0, limit)
      .map(({ channel, timestamp }) =>
        format(peer.serverName, "CHATHISTORY", "TARGETS", targetOf(channel), Stamp.write(timestamp)),
      )
    sayInBatch(peer, "draft/chathistory-targets", [], lines)
  })
}

const limitOf = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^\d{1,6}$/.test(text) || Number(text) === 0) return undefined
  return Math.min(Number(text), maxHistory)
}

const CHATHISTORY: UserHandler = (peer, { params }, caller) => {
  const [given = "", target = "", ...points] = params
  const subcommand = given.toUpperCase()
  const fail = (code: string, context: ReadonlyArray<string>, text: string) =>
    Effect.sync(() => peer.fail("CHATHISTORY", code, context, text))
  const answer = (reading: Effect.Effect<void, RequestError>, about: string) =>
    Effect.catch(Effect.andThen(peer.session.outbox.room, reading), (error) =>
      Effect.sync(() => {
        peer.session.refused(error, "frames")
        const code = error.reason === "Unavailable" || error.reason === "Internal" ? "MESSAGE_ERROR" : "INVALID_TARGET"
        peer.fail(
          "CHATHISTORY",
          error.reason === "RateLimited" ? "RATE_LIMITED" : code,
          [subcommand, about],
          error.message,
        )
      }),
    )
  if (subcommand === "TARGETS") return answer(TARGETS(peer, caller, params.slice(1)), "*")
  const run = Object.hasOwn(subcommands, subcommand) ? subcommands[subcommand] : undefined
  if (run === undefined) return fail("INVALID_PARAMS", [given === "" ? "*" : given], "There is no such subcommand")
  const channel = placeOf(target)
  if (channel === undefined)
    return fail("INVALID_TARGET", [subcommand, target === "" ? "*" : target], "There is no such place")
  const limit = limitOf(points.at(-1))
  const from = pointOf(channel, points[0])
  const isOpen = subcommand === "LATEST" && points[0] === "*"
  const reading =
    limit === undefined || (subcommand === "LATEST" && from === undefined && !isOpen)
      ? undefined
      : run(peer, caller, { channel, from, to: pointOf(channel, points[1]), limit })
  if (reading === undefined) return fail("INVALID_PARAMS", [subcommand], "msgid=… or timestamp=…, and how many")
  return answer(
    Effect.map(reading, (messages) => tell(peer, caller, channel, messages)),
    target,
  )
}

export const history: Readonly<Record<string, UserHandler>> = { CHATHISTORY }

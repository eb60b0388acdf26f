/** What the `natter message` commands do. */
import * as Clock from "effect/Clock"
import type * as CliError from "effect/cli/CliError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ByteCount from "../../domain/ByteCount.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { shownChannel, shownName } from "../../domain/PlainName.ts"
import type { Reaction } from "../../domain/Reaction.ts"
import type { Seq } from "../../domain/Seq.ts"
import type { Entry, PastMessage } from "../../protocol/v2/Entry.ts"
import { parseDuration } from "../../server/ServerConfig.ts"
import { ask, printRows, say, whole } from "../apiRequest.ts"
import { type Given, some } from "../apiFlags.ts"
import { oneLine } from "../oneLine.ts"
import { printTable } from "../table.ts"
import { localTime } from "../timestamp.ts"
import { userError } from "../userError.ts"
import { textOf } from "./textOf.ts"

interface OfChannel extends Given {
  readonly channel: ChannelName
}

interface OfMessage extends OfChannel {
  readonly seq: Seq
}

interface Posting {
  readonly id: Option.Option<string>
}

/** A moment: so long ago, or as ISO 8601 has it. */
const moment = Effect.fnUntraced(function* (
  flag: string,
  given: Option.Option<string>,
): Effect.fn.Return<Option.Option<number>, CliError.UserError> {
  if (Option.isNone(given)) return Option.none()
  const ago = parseDuration(given.value)
  if (ago !== undefined) return Option.some(Math.max(0, (yield* Clock.currentTimeMillis) - Duration.toMillis(ago)))
  const at = Option.map(DateTime.make(given.value), DateTime.toEpochMillis)
  if (/^\d{4}-/.test(given.value) && Option.exists(at, (millis) => millis >= 0)) return at
  return yield* userError(`${flag} ${given.value}: write it as 10m or 2h, or as 2026-11-29T08:00Z`)
})

const reactionsOf = ({ reactions = [] }: PastMessage): string =>
  reactions.map(({ reaction, users }) => ` [${oneLine(reaction)} ${users.length}]`).join("")

const said = (entry: Entry): string => {
  switch (entry.type) {
    case "Message": {
      const { content, deleted, edited, file, reply_to } = entry
      if (deleted === true) return "(deleted)"
      const answers = reply_to === undefined ? "" : `(to ${reply_to})`
      const carried =
        file === undefined ? "" : `[file: ${oneLine(file.name)}, ${ByteCount.show(file.size)}, ${file.id}]`
      const words = [answers, oneLine(content), carried].filter((part) => part !== "").join(" ")
      return `${words}${edited === undefined ? "" : " (edited)"}${reactionsOf(entry)}`
    }
    case "Edited":
      return `* changed ${entry.target}${entry.content === "" ? "" : `: ${oneLine(entry.content)}`}`
    case "Deleted":
      return `* deleted ${entry.target}`
    case "Reacted": {
      const { on, reaction, target } = entry
      return on ? `* reacted ${oneLine(reaction)} to ${target}` : `* took ${oneLine(reaction)} back from ${target}`
    }
  }
}

const row = (entry: Entry) => [`${entry.seq}`, localTime(entry.timestamp)!, shownName(entry.from), said(entry)]

const head = ["NUMBER", "TIME", "FROM", "SAID"]

export const list = Effect.fnUntraced(function* (
  given: OfChannel & {
    readonly after: Option.Option<Seq>
    readonly before: Option.Option<Seq>
    readonly since: Option.Option<string>
    readonly until: Option.Option<string>
    readonly limit: Option.Option<number>
  },
) {
  const { after, api, before, channel, limit } = given
  const since = yield* moment("--since", given.since)
  const until = yield* moment("--until", given.until)
  const ends = some({ after, before, since, until })
  if (Object.keys(ends).length > 1) return yield* userError("give one of --after, --before, --since and --until")
  const forth = "after" in ends || "since" in ends
  return yield* ask(
    api,
    ({ messages }) => messages.page({ params: { channel }, query: { ...ends, ...some({ limit }) }, ...whole }),
    ({ entries, more }) => {
      const next = forth ? `--after ${entries.at(-1)?.seq}` : `--before ${entries[0]?.seq}`
      return Effect.andThen(
        printRows(head, entries.map(row), "nothing was said there"),
        more ? say(`there are more: natter message list ${channel} ${next}`) : Effect.void,
      )
    },
  )
})

export const get = ({ api, channel, seq }: OfMessage) =>
  ask(
    api,
    ({ messages }) => messages.get({ params: { channel, seq }, ...whole }),
    (entry) => printTable(head, [row(entry)]),
  )

const headersOf = ({ id }: Posting) => some({ "idempotency-key": id })

const safe = { memory: "in memory", disk: "on disk", replicated: "on disk and replicated" }

export const send = Effect.fnUntraced(function* (
  given: OfChannel & Posting & { readonly words: ReadonlyArray<string>; readonly replyTo: Option.Option<Seq> },
) {
  const { api, channel, replyTo, words } = given
  const content = yield* textOf(words)
  return yield* ask(
    api,
    ({ messages }) =>
      messages.publish({
        params: { channel },
        headers: headersOf(given),
        payload: { content, ...some({ reply_to: replyTo }) },
        ...whole,
      }),
    ({ channel, durability, seq }) => say(`number ${seq} in ${shownChannel(channel)}, ${safe[durability]}`),
  )
})

export const edit = Effect.fnUntraced(function* (
  given: OfMessage & Posting & { readonly words: ReadonlyArray<string> },
) {
  const { api, channel, seq, words } = given
  const content = yield* textOf(words)
  return yield* ask(
    api,
    ({ messages }) =>
      messages.edit({ params: { channel, seq }, headers: headersOf(given), payload: { content }, ...whole }),
    () => say(`number ${seq} in ${shownChannel(channel)} says something else now`),
  )
})

export const remove = (given: OfMessage & Posting) => {
  const { api, channel, seq } = given
  return ask(
    api,
    ({ messages }) => messages.delete({ params: { channel, seq }, headers: headersOf(given), ...whole }),
    () => say(`number ${seq} in ${shownChannel(channel)} is taken away`),
  )
}

interface Reacting extends OfMessage, Posting {
  readonly reaction: Reaction
}

export const react = (given: Reacting) => {
  const { api, channel, reaction, seq } = given
  return ask(
    api,
    ({ messages }) => messages.react({ params: { channel, seq, reaction }, headers: headersOf(given), ...whole }),
    () => say(`${reaction} is under number ${seq} in ${shownChannel(channel)}`),
  )
}

export const unreact = (given: Reacting) => {
  const { api, channel, reaction, seq } = given
  return ask(
    api,
    ({ messages }) => messages.unreact({ params: { channel, seq, reaction }, headers: headersOf(given), ...whole }),
    () => say(`${reaction} is taken back from number ${seq} in ${shownChannel(channel)}`),
  )
}

export const search = (
  given: Given & {
    readonly words: ReadonlyArray<string>
    readonly channel: Option.Option<ChannelName>
    readonly before: Option.Option<string>
    readonly limit: Option.Option<number>
  },
) => {
  const { api, before, channel, limit, words } = given
  return ask(
    api,
    ({ messages }) =>
      messages.search({ query: { text: words.join(" "), ...some({ channel, before, limit }) }, ...whole }),
    ({ hits, next }) =>
      Effect.andThen(
        printRows(
          ["CHANNEL", ...head],
          hits.map(({ channel, message }) => [shownChannel(channel), ...row(message)]),
          Option.isSome(channel)
            ? "nothing was found"
            : "nothing was found in the channels that count for you: name another with --channel",
        ),
        next === undefined ? Effect.void : say(`there are more: the same with --before ${next}`),
      ),
  )
}

/** Commands of owners and moderators. */
import * as Schema from "effect/Schema"
import { lobby } from "../../domain/ChannelName.ts"
import type * as Rights from "../../domain/Rights.ts"
import { AddressRange } from "../../domain/AddressRange.ts"
import { ChannelRole } from "../../domain/ChannelRole.ts"
import type { ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"
import type { Administration, Intent } from "../Action.ts"
import type { Command } from "../Command.ts"
import { dateAndTime } from "../internal/day.ts"
import { listed, whoMay } from "../internal/whoMay.ts"
import { firstWord, termsOf } from "../../text/SlashCommand.ts"
import type { Model } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { isDirect, notice } from "./conversations.ts"
import { settingsOf } from "./events.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]
type Person = Extract<Command, { readonly _tag: "Person" }>

const isRole = Schema.is(ChannelRole)
const isRange = Schema.is(AddressRange)

const forHowLong = (text: string): string => {
  const [word] = firstWord(text)
  return termsOf(text).duration === undefined ? "" : ` for ${word}`
}

const banTargetOf = (text: string) =>
  /[.:]/.test(text) && isRange(text) ? ({ address: text } as const) : ({ username: text } as const)

const ask = (model: Model, call: Administration, done?: string): Next => [model, [{ _tag: "Administer", call, done }]]

/** A command that concerns somebody. `addressed` finds the name in what is behind the command. */
export const person = (
  model: Model,
  { text: rest, to, what }: Person,
  addressed: (model: Model, to: string, text: string) => readonly [name: string, text: string],
): Next => {
  const channel = model.current
  const [near, text] = addressed(model, to, rest)
  // For the commands that take nothing but a name.
  const whole = rest === "" ? to : `${to} ${rest}`
  const other = whole === "" && isDirect(channel) ? channel.slice(1) : whole
  switch (what) {
    case "invite":
      return ask(model, ["invite", channel, whole], `${whole} may come in now.`)
    case "kick":
      return ask(model, ["kick", channel, near, text || undefined])
    case "ban": {
      const target = banTargetOf(to)
      const [name, terms] = "address" in target ? [target.address, rest] : [near, text]
      return ask(
        model,
        ["ban", channel, "address" in target ? target : { username: name }, termsOf(terms)],
        `${name} is kept out${forHowLong(terms)}. /unban ${name} ends that.`,
      )
    }
    case "unban":
      return ask(model, ["unban", channel, banTargetOf(whole)], `${whole} may come in again.`)
    case "mute":
      return ask(
        model,
        ["mute", channel, near, termsOf(text)],
        `${near} can only listen${forHowLong(text)}. /unmute ${near} ends that.`,
      )
    case "unmute":
      return ask(model, ["unmute", channel, whole], `${whole} may speak again.`)
    case "role": {
      const role = text.toLowerCase()
      if (role === "none") return ask(model, ["setRole", channel, near, undefined])
      if (isRole(role)) return ask(model, ["setRole", channel, near, role])
      return [notice(model, `Say which role: /role ${near} moderator, or owner, member, none`, "error"), []]
    }
    case "block":
    case "unblock": {
      if (other === "") return [notice(model, `Say whom: /${what} eve`, "error"), []]
      const done =
        what === "block" ? `${other} cannot write to you alone any more.` : `${other} may write to you again.`
      return ask(model, [what, other], done)
    }
  }
}

export const create = (model: Model, command: Extract<Command, { readonly _tag: "Create" }>): Next => {
  const { access, channel, topic } = command
  return ask(model, ["createChannel", channel, { access, topic }], `#${channel} is yours. /info shows what it is.`)
}

export const configure = (model: Model, command: Extract<Command, { readonly _tag: "Configure" }>): Next =>
  ask(model, ["configure", model.current, command.settings])

export const rename = (model: Model, name: string): Next => ask(model, ["rename", model.current, name])

/** What is done in a channel, in words, by what it takes. */
const deeds: ReadonlyArray<readonly [action: Rights.Action, words: string]> = [
  ["publish", "speak"],
  ["setTopic", "set the topic"],
  ["invite", "let people in or throw them out"],
  ["deleteOthers", "take away what others said"],
  ["configure", "rename it, and say what it is"],
]

/** Who may do what, a line for all that the same people may. */
const rights = ({ access, archived, channel }: ServerFrameOf<"ChannelInfo">): ReadonlyArray<string> => {
  const byPeople = new Map<string, Array<string>>()
  for (const [action, words] of deeds) {
    // Nobody renames the lobby, and nobody owns it.
    const what = channel === lobby ? words.replace("rename it, and ", "") : words
    const people = listed(whoMay(action, access, archived))
    byPeople.set(people, [...(byPeople.get(people) ?? []), what])
  }
  const lines = [...byPeople].map(([people, what]) => `${people === "" ? "nobody" : people} may ${listed(what)}`)
  const above = "administrators of the service may do all of it"
  return [...lines, channel === lobby ? `it belongs to nobody: ${above}, and give roles` : above]
}

/** What `/info` shows. */
export const channelInfo = (info: ServerFrameOf<"ChannelInfo">): string => {
  const { channel, created, durability, more = false, role, roles, sanctions = [], topic } = info
  const named = (wanted: string) =>
    roles.filter(({ role }) => role === wanted).map(({ username }) => Plain.nameInText(username))
  const people = (["owner", "moderator", "member"] as const).flatMap((role) => {
    const names = named(role)
    return names.length === 0 ? [] : [`${role}s: ${names.join(", ")}`]
  })
  return [
    `${isDirect(channel) ? Plain.channel(channel) : `#${channel}`}: ${settingsOf(info)}; messages are kept ${durability === "memory" ? "in memory" : `on ${durability}`}`,
    ...(topic === "" ? [] : [`topic: ${topic}`]),
    ...(created === undefined ? [] : [`made on ${dateAndTime(created)}`]),
    ...(role === undefined ? [] : [`you are ${role === "owner" ? "an" : "a"} ${role}`]),
    ...people,
    ...(role === undefined && !isDirect(channel)
      ? [people.length === 0 ? "nobody has a role here" : "you are none of these"]
      : []),
    ...(isDirect(channel) ? [] : rights(info)),
    ...sanctions.map(({ address, kind, reason, until, username }) => {
      const what = kind === "ban" ? "kept out" : "muted"
      const end = until === undefined ? "" : ` until ${dateAndTime(until)}`
      return `${username === undefined ? (address ?? "somebody") : Plain.nameInText(username)} is ${what}${end}${reason === undefined ? "" : `: ${Plain.line(reason)}`}`
    }),
    ...(more ? ["and others: there are too many to list"] : []),
  ].join("\n")
}

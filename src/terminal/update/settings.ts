/** `/set`, `/notify` and `/dnd`: what somebody wants of this client. It holds at once, and is kept in a file. */
import type { Intent } from "../Action.ts"
import { isAction, isChord, actionNames } from "../Keymap.ts"
import type { Model } from "../Model.ts"
import * as Settings from "../Settings.ts"
import { isDirect, notice } from "./conversations.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

const wrong = (model: Model, why: string): Next => [notice(model, why, "error"), []]

/** Changes it, for now and for later. */
const keep = (model: Model, change: Settings.Change, done: string): Next => {
  const { problems, settings } = Settings.fromJson(Settings.change(model.settings, change))
  if (problems.length > 0) return wrong(model, problems.join("\n"))
  return [notice({ ...model, settings }, done), [{ _tag: "KeepSetting", change }]]
}

const truths: Readonly<Record<string, boolean>> = {
  on: true,
  yes: true,
  true: true,
  off: false,
  no: false,
  false: false,
}

const words = (text: string): ReadonlyArray<string> =>
  text === "-"
    ? []
    : text
        .split(text.includes(",") ? "," : /\s+/)
        .map((word) => word.trim())
        .filter((word) => word !== "")

const written = (value: unknown): string => {
  if (typeof value === "boolean") return value ? "on" : "off"
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.join(", ")
  return String(value)
}

/** What holds here, one line for each setting. */
const list = ({ address, settings }: Model): string => {
  const { autojoin = [], notify = {} } = Settings.ofServer(settings, address)
  const values: { readonly [Name in Settings.Name]: string } = {
    theme: settings.theme,
    times: settings.times,
    joins: written(settings.joins),
    sides: written(settings.sides),
    dnd: written(settings.dnd),
    emoji: written(settings.emoji),
    notify: [settings.notify, ...Object.entries(notify).map(([channel, level]) => `${channel}: ${level}`)].join(", "),
    highlight: written(settings.highlight),
    keys: written(Object.entries(settings.keys).map(([chord, action]) => `${chord}: ${action}`)),
    servers: `autojoin ${written(autojoin)}`,
  }
  const lines = Settings.names.map((name) => {
    const [choices, what] = Settings.descriptions[name]
    const [label, value] = name === "servers" ? ["autojoin", written(autojoin)] : [name, values[name]]
    return `${label} = ${value}  –  ${what} (${name === "servers" ? choices.replace(/^autojoin /, "") : choices})`
  })
  return ["Settings; /set NAME VALUE changes one, /set NAME default takes that back:", ...lines].join("\n")
}

const setKey = (model: Model, text: string): Next => {
  const [, chord = "", action = ""] = /^(\S+)\s+(\S+)$/.exec(text) ?? []
  if (!isChord(chord) || (action !== "default" && !isAction(action))) {
    return wrong(model, `Say /set keys ctrl+g switch. What a key can do: ${actionNames.join(", ")}, none.`)
  }
  const value = action === "default" ? undefined : action
  const done = action === "default" ? `${chord} does what it did.` : `${chord}: ${action}.`
  return keep(model, { path: ["keys", chord], value }, done)
}

const setAutojoin = (model: Model, text: string): Next => {
  const open = model.conversations.map(({ name }) => name).filter((name) => !isDirect(name))
  const given = text === "now" ? open : words(text).map((name) => name.replace(/^#+/, ""))
  const value = given.length === 0 || text === "default" ? undefined : given
  const done =
    value === undefined ? "No channel is entered by itself here." : `Entered by itself here: ${value.join(", ")}.`
  return keep(model, { path: ["servers", model.address, "autojoin"], value }, done)
}

export const set = (model: Model, name: string, text: string): Next => {
  if (name === "") return [notice(model, list(model)), []]
  if (name === "autojoin") return setAutojoin(model, text)
  if (name === "keys" || name === "key") return setKey(model, text)
  const known = Settings.names.find((one) => one === name)
  if (known === undefined || known === "servers") {
    return wrong(model, `There is no setting ${name}; /set lists those there are.`)
  }
  const [choices, what] = Settings.descriptions[known]
  if (text === "") return [notice(model, `${known} = ${written(model.settings[known])}  –  ${what} (${choices})`), []]
  if (text === "default") {
    return keep(model, { path: [known], value: undefined }, `${known} = ${written(Settings.defaults[known])}`)
  }
  const before = Settings.defaults[known]
  const value =
    typeof before === "boolean" ? truths[text.toLowerCase()] : Array.isArray(before) ? words(text) : text.toLowerCase()
  if (value === undefined) return wrong(model, `Say /set ${known} on, or off.`)
  return keep(model, { path: [known], value: value as never }, `${known} = ${written(value)}`)
}

/** Turns it round. */
export const disturb = (model: Model, text: string): Next =>
  set(model, "dnd", text === "" ? (model.settings.dnd ? "off" : "on") : text)

const meanings: { readonly [Level in Settings.Level]: string } = {
  all: "You are told of all messages",
  mentions: "You are told of messages that name you",
  none: "You are told of no messages",
}

/** Of which messages in the conversation that is shown one is told. */
export const notify = (model: Model, text: string): Next => {
  const { address, current, settings } = model
  const here = isDirect(current) ? current : `#${current}`
  const level = text.toLowerCase()
  if (level === "") return [notice(model, `${meanings[Settings.levelOf(settings, address, current)]} in ${here}.`), []]
  const path = ["servers", address, "notify", current] as const
  if (level === "default") {
    return keep(model, { path, value: undefined }, `${meanings[settings.notify]} in ${here}, as elsewhere.`)
  }
  if (level !== "all" && level !== "mentions" && level !== "none") {
    return wrong(model, "Say one of: /notify all, /notify mentions, /notify none, /notify default")
  }
  return keep(model, { path, value: level }, `${meanings[level]} in ${here}.`)
}

/**
 * What somebody wants of the terminal client, as it is kept in a file: JSON, of which each part may be left out. All of it
 * concerns this side alone.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { ChannelName } from "../domain/ChannelName.ts"
import { maxNameLength } from "../domain/Limits.ts"
import { parseJson } from "./internal/json.ts"
import { Action, Chord, chordExpected } from "./Keymap.ts"

/** Of which messages one is told by the bell, a notification and the title of the window. */
export const Level = Schema.Literals(["all", "mentions", "none"])
export type Level = typeof Level.Type

const Word = Schema.String.check(
  Schema.makeFilter((word: string) => word.trim() === word && word !== "" && word.length <= maxNameLength, {
    expected: `a word of 1 to ${maxNameLength} characters, without spaces at its ends`,
  }),
)

/** What holds at one server alone. */
const Server = Schema.Struct({
  autojoin: Schema.optionalKey(Schema.Array(ChannelName)),
  notify: Schema.optionalKey(Schema.Record(ChannelName, Level)),
})

/** Words that are looked for in each message. */
const maxWords = 50

const fields = {
  theme: Schema.Literals(["auto", "dark", "light"]),
  times: Schema.Literals(["group", "all", "none"]),
  joins: Schema.Boolean,
  sides: Schema.Boolean,
  dnd: Schema.Boolean,
  emoji: Schema.Boolean,
  notify: Level,
  highlight: Schema.Array(Word).check(Schema.isMaxLength(maxWords)),
  keys: Schema.Record(Chord, Action),
  servers: Schema.Record(Schema.String, Server),
} as const

export type Name = keyof typeof fields

export type Settings = { readonly [Field in Name]: (typeof fields)[Field]["Type"] }

export const defaults: Settings = {
  theme: "auto",
  times: "group",
  joins: true,
  sides: true,
  dnd: false,
  emoji: true,
  notify: "mentions",
  highlight: [],
  keys: {},
  servers: {},
}

/** What each is for, in the order in which they are listed. */
export const descriptions: { readonly [Field in Name]: readonly [values: string, what: string] } = {
  theme: ["auto|dark|light", "for which background the colours are"],
  times: ["group|all|none", "a time beside each group of messages, beside each message, or none"],
  joins: ["on|off", "whether it is shown who comes and goes"],
  sides: ["on|off", "the lists of channels and of members"],
  dnd: ["on|off", "do not disturb: no bell and no notification, whatever is said"],
  emoji: ["on|off", "whether names such as :tada: are sent as emoji"],
  notify: ["all|mentions|none", "of which messages you are told; /notify says it for one channel"],
  highlight: ["WORDS|-", "words that count as if they named you, with commas between"],
  keys: ["KEY ACTION|none|default", "what a key does"],
  servers: ["autojoin CHANNELS|now|-", "which channels are entered at this server when none is named"],
}

export const names = Object.keys(fields) as ReadonlyArray<Name>

const isName = (name: string): name is Name => Object.hasOwn(fields, name)

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** What is wrong with a value, and where in it; undefined where nothing is. */
const wrongIn = (
  name: Name,
  value: unknown,
): { readonly path: ReadonlyArray<string>; readonly why: string } | undefined => {
  const decode = Schema.decodeUnknownResult(fields[name] as Schema.Codec<unknown>, { onExcessProperty: "error" })
  const result = decode(value)
  if (Result.isSuccess(result)) return undefined
  const [issue] = format(result.failure.issue).issues
  const path = (issue?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part))
  const why = issue?.message ?? "it is not understood"
  return { path: [name, ...path], why: why === surplus ? inWords(path) : `${why[0]!.toLowerCase()}${why.slice(1)}` }
}

const surplus = "Expected no excess property"

/** What is wrong with a name that is none of those there are, by where it stands. */
const inWords = (path: ReadonlyArray<string>): string => {
  if (path.length === 1) return `expected ${chordExpected}`
  return path.at(-2) === "notify" ? "expected the name of a channel" : `there is no ${path.at(-1)} here`
}

export interface Read {
  readonly settings: Settings
  /** A line for each thing that is wrong; it counts as if it were not there. */
  readonly problems: ReadonlyArray<string>
}

/** Settings as they were parsed: whatever is wrong in one of them says nothing of the others. `lineAt` is where a part begins. */
export const fromJson = (json: unknown, lineAt: (path: ReadonlyArray<string>) => string = () => ""): Read => {
  if (!isObject(json)) return { settings: defaults, problems: ["it is no JSON object: { … }"] }
  const problems: Array<string> = []
  const found: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(json)) {
    if (!isName(name)) {
      problems.push(`${lineAt([name])}there is no setting ${JSON.stringify(name)}; there are ${names.join(", ")}`)
      continue
    }
    const wrong = wrongIn(name, value)
    if (wrong === undefined) found[name] = value
    else problems.push(`${lineAt(wrong.path)}${wrong.path.join(".")}: ${wrong.why}`)
  }
  return { settings: { ...defaults, ...found }, problems }
}

/** Characters of a file. */
export const maxLength = 64 * 1024

/** What is in a file. Whatever is wrong with it, there are settings. */
export const parse = (text: string): Read => {
  if (text.length > maxLength) {
    return { settings: defaults, problems: [`it is longer than ${maxLength} characters`] }
  }
  if (text.trim() === "") return { settings: defaults, problems: [] }
  try {
    const { lineAt, value } = parseJson(text)
    return fromJson(value, (path) => {
      const line = lineAt(path)
      return line === undefined ? "" : `line ${line}: `
    })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { settings: defaults, problems: [error.message] }
  }
}

/** A change of what is kept: a value in the place that the path names, or with undefined the default. */
export interface Change {
  readonly path: readonly [Name, ...ReadonlyArray<string>]
  readonly value: Schema.Json | undefined
}

const put = (at: unknown, [key, ...rest]: ReadonlyArray<string>, value: unknown): unknown => {
  if (key === undefined) return value
  const { [key]: before, ...others } = isObject(at) ? at : {}
  const after = put(before, rest, value)
  // What holds nothing any more goes, too.
  const empty = after === undefined || (rest.length > 0 && isObject(after) && Object.keys(after).length === 0)
  return empty ? others : { ...others, [key]: after }
}

/** The same JSON with the change in it. */
export const change = (json: unknown, { path, value }: Change): unknown => put(json, path, value)

/** As a file has it. */
export const print = (json: unknown): string => `${JSON.stringify(json, undefined, 2)}\n`

/** What holds at a server alone. */
export const ofServer = ({ servers }: Settings, server: string): typeof Server.Type =>
  Object.hasOwn(servers, server) ? servers[server]! : {}

/** Of which messages in a conversation one is told. */
export const levelOf = (settings: Settings, server: string, channel: string): Level => {
  const own = ofServer(settings, server).notify
  return own !== undefined && Object.hasOwn(own, channel) ? own[channel as ChannelName]! : settings.notify
}

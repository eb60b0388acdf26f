/** A scenario in words, made from its data: new kinds of activities and faults need no change here. */
import * as Duration from "effect/Duration"
import { type Content, html, type Html, table } from "./html.ts"

/** `lastsFor` as `lasts for`. */
const spoken = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !Duration.isDuration(value)

const entriesOf = (value: object) =>
  Object.entries(value).filter(([, one]) => one !== undefined && !(Array.isArray(one) && one.length === 0))

/** How many names are listed, at most. */
const most = 8

const listed = (values: ReadonlyArray<unknown>): string => {
  const parts = values.slice(0, most).map(phrase)
  return values.length > most ? `${parts.join(", ")} and ${values.length - most} more` : parts.join(", ")
}

const phrase = (value: unknown): string => {
  if (Duration.isDuration(value)) return Duration.format(value)
  if (Array.isArray(value)) return listed(value)
  if (!isRecord(value)) return String(value)
  const { _tag, ...rest } = value
  const parts = entriesOf(rest).map(([name, one]) =>
    isRecord(one) ? `${spoken(name)} (${phrase(one)})` : `${spoken(name)} ${phrase(one)}`,
  )
  return [...(typeof _tag === "string" ? [spoken(_tag)] : []), parts.join(", ")]
    .filter((part) => part !== "")
    .join(": ")
}

/** A list with a line for each value. The parts of a value are a list below it. */
const several = (values: ReadonlyArray<unknown>): Content => {
  if (!values.some(isRecord)) return listed(values)
  return html`<ul class="plain">
    ${values.map((value) => html`<li>${one(value)}</li>`)}
  </ul>`
}

const one = (value: unknown): Content => {
  if (!isRecord(value)) return phrase(value)
  const parts = entriesOf(value).filter(([, part]) => Array.isArray(part) && part.some(isRecord))
  const flat = Object.fromEntries(entriesOf(value).filter(([name]) => !parts.some(([other]) => other === name)))
  return [
    phrase(flat),
    ...parts.map(([name, part]) => html`<br />${spoken(name)}:${several(part as ReadonlyArray<unknown>)}`),
  ]
}

/** The whole scenario, section by section. */
export const inWords = (scenario: object): Html =>
  table(
    [],
    entriesOf(scenario)
      .filter(([name]) => name !== "name" && name !== "about")
      .map(([name, value]) => [spoken(name), Array.isArray(value) ? several(value) : one(value)]),
    "words",
  )

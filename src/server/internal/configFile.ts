/** The formats of config files. */
import * as Result from "effect/Result"
import * as Toml from "effect/encoding/Toml"
import * as Yaml from "effect/encoding/Yaml"

export type Format = "yaml" | "toml" | "json"

export interface Parsed {
  readonly value: unknown
  /** The same, with numbers and truth values as they stand in the file, where the format lets them be meant as text. */
  readonly written: unknown
}

export type Group = Readonly<Record<string, unknown>>

/** What TOML has for dates. */
const isDate = (value: object): boolean => "toISOString" in value

export const isGroup = (value: unknown): value is Group =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isDate(value)

/** Throws what is wrong with it. */
export const parse = (format: Format, content: string): Parsed => {
  switch (format) {
    case "yaml":
      return { value: Yaml.parse(content), written: asWritten(content) }
    case "toml": {
      const value = Result.getOrThrow(Toml.parse(content))
      return { value, written: value }
    }
    case "json": {
      const value: unknown = JSON.parse(content)
      refuseTwice(content)
      return { value, written: value }
    }
  }
}

/** Before whatever YAML would take for a number or a truth value, or for what says that it is none: `!!str 1.10`. */
const beforeNoText = /(?<=^|[\s,[{:])(?=!|[-+]?\.?\d|[-+]?\.(?:inf|nan)\b|true\b|false\b)/gim

/**
 * YAML reads `1.10` as a number, of which 1.1 is left. With a mark before them such values are text; the mark is taken
 * away again wherever it came to stand, in a quoted text or a comment as well.
 */
const asWritten = (content: string): unknown => {
  let code = 0xe000
  while (content.includes(String.fromCharCode(code))) code++
  const mark = String.fromCharCode(code)
  const unmarked = (value: unknown): unknown => {
    if (typeof value === "string") {
      if (value.startsWith(`${mark}!`)) {
        throw new SyntaxError(`${value.replaceAll(mark, "")}: what begins with ! is a tag, of which none is known here`)
      }
      return value.replaceAll(mark, "")
    }
    if (Array.isArray(value)) return value.map(unmarked)
    if (!isGroup(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replaceAll(mark, ""), unmarked(inner)]))
  }
  return unmarked(Yaml.parse(content.replace(beforeNoText, mark)))
}

/** Names that are given twice in one object of a JSON text that is well formed: `JSON.parse` takes the last in silence. */
const refuseTwice = (content: string): void => {
  const open: Array<Set<string>> = []
  for (const [token, name] of content.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") open.push(new Set())
    else if (token === "}") open.pop()
    else if (name !== undefined) {
      const key = String(JSON.parse(name))
      if (open.at(-1)?.has(key) === true) throw new SyntaxError(`${name} is given twice`)
      open.at(-1)?.add(key)
    }
  }
}

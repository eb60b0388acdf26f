/** Where settings come from. */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import { isGroup, parse, type Format } from "./configFile.ts"
import { isForeign } from "./foreign.ts"
import { nearest } from "../../domain/Nearest.ts"
import { environmentName, flagName, type Table } from "./setting.ts"

/** Settings that can't be used: one line for each thing that is wrong. Safe to show. */
export class ConfigurationError extends Data.TaggedError("ConfigurationError")<{
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.problems.join("\n")
  }
}

export interface Source {
  readonly kind: "environment" | "file" | "flags"
  /** What a setting is called there, or the file it is in. */
  readonly place: (name: string) => string
  readonly provider: ConfigProvider.ConfigProvider
  /** What it holds that is no setting: a line for each. */
  readonly problems: ReadonlyArray<string>
  /** What was passed over, which is no mistake: lines for people. */
  readonly notes: ReadonlyArray<string>
}

const suggestion = (name: string, known: ReadonlyArray<string>): string => {
  const near = nearest(name, known)
  return near === undefined ? "`natter config` lists them all" : `did you mean ${near}?`
}

/** Values by the names of their settings. */
const provide = (values: ReadonlyMap<string, string>) =>
  ConfigProvider.make((path) => {
    const value = values.get(path.join("."))
    return Effect.succeed(value === undefined ? undefined : ConfigProvider.makeValue(value))
  })

/** Variables that begin with `NATTER_`. Those named in `others` are no settings: other programs read them. */
export const environment = (
  table: Table,
  variables: Readonly<Record<string, string | undefined>>,
  others: ReadonlyArray<string>,
): Source => {
  const known = [...Object.keys(table).map(environmentName), ...others]
  // One of ours in another spelling, as `natter_data` or `NATTER.DATA`, is a mistake; others have variables that begin so.
  const isOurs = (variable: string): boolean =>
    variable.startsWith("NATTER_") || known.includes(variable.toUpperCase().replaceAll(/[.-]/g, "_"))
  const given = Object.entries(variables).filter(
    (entry): entry is [string, string] => isOurs(entry[0]) && entry[1] !== undefined,
  )
  const foreign = given.flatMap(([variable, value]) => (isForeign(variable, value) ? [variable] : []))
  const ours = new Map(given.filter(([variable]) => !foreign.includes(variable)))
  return {
    kind: "environment",
    place: environmentName,
    provider: provide(
      new Map(
        Object.keys(table).flatMap((name) => {
          const value = ours.get(environmentName(name))
          return value === undefined ? [] : [[name, value]]
        }),
      ),
    ),
    problems: [...ours.keys()]
      .filter((variable) => !known.includes(variable))
      .map((variable) => `${variable}: there is no such setting; ${suggestion(variable, known)}`),
    notes:
      foreign.length === 0
        ? []
        : [`${foreign.join(", ")}: passed over, since Kubernetes or Docker sets that for a service of this name`],
  }
}

/** Values by the names of their settings, from the command line. */
export const flags = (values: Readonly<Record<string, string | undefined>>): Source => ({
  kind: "flags",
  place: (name) => `--${flagName(name)}`,
  provider: provide(
    new Map(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  ),
  problems: [],
  notes: [],
})

const formats: Readonly<Record<string, Format>> = { ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json" }

/** Taken from the current folder when no other is named. */
const usualNames = Object.keys(formats).map((extension) => `natter${extension}`)

/**
 * What a parsed file says, or whatever else is called `file`. Groups may be nested or written with dots. `written` has the
 * same shape, with what is text in the file as it stands there.
 */
export const parsedFile = (table: Table, file: string, content: unknown, written = content): Source => {
  const known = Object.keys(table)
  const values = new Map<string, string>()
  const problems: Array<string> = []

  const put = (name: string, value: string) => {
    if (values.has(name)) problems.push(`${file}: ${name} is given twice, once with its group before a dot: keep one`)
    values.set(name, value)
  }
  const collect = (name: string, value: unknown, written: unknown) => {
    const setting = Object.hasOwn(table, name) ? table[name] : undefined
    const group = known.filter((other) => other.startsWith(`${name}.`))
    const empty = value === null || value === undefined
    if (isGroup(value) && setting === undefined) {
      for (const [key, inner] of Object.entries(value)) collect(`${name}.${key}`, inner, memberOf(written, key))
    } else if (group.length > 0) {
      problems.push(
        empty
          ? `${file}: there is nothing in ${name}: put settings into it, or leave it out`
          : `${file}: ${name} is a group, in which there can be ${group.join(", ")}`,
      )
    } else if (setting === undefined) {
      unknown(name)
    } else if (empty) {
      // Refused where it is read, like an empty variable.
      put(name, "")
    } else if (typeof value === "object") {
      problems.push(`${name} in ${file} has to be ${setting.kind.allowed}`)
    } else if (setting.kind.verbatim === true && typeof value !== "string" && typeof written !== "string") {
      problems.push(`${name} in ${file} has to be text: write it in quotes`)
    } else {
      const text = setting.kind.verbatim === true && typeof written === "string" ? written : value
      put(name, `${text as string | number | boolean}`)
    }
  }
  const unknown = (name: string) =>
    problems.push(`${file}: there is no setting ${JSON.stringify(name)}; ${suggestion(name, known)}`)

  if (isGroup(content)) for (const [key, value] of Object.entries(content)) collect(key, value, memberOf(written, key))
  else if (content !== null) problems.push(`${file} has to hold names of settings and their values`)
  return { kind: "file", place: () => file, provider: provide(values), problems, notes: [] }
}

const memberOf = (group: unknown, key: string): unknown =>
  isGroup(group) && Object.hasOwn(group, key) ? group[key] : undefined

/** Why a file can't be read. A path that leads through a file (ENOTDIR) is reported as a bad resource, like a folder. */
const unreadable = Effect.fnUntraced(function* (
  file: string,
  { reason }: PlatformError.PlatformError,
): Effect.fn.Return<string, never, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  switch (reason._tag) {
    case "NotFound":
      return `there is no config file ${file}`
    case "PermissionDenied":
      return `config file ${file} can't be read: permission denied`
    case "BadResource": {
      const stat = yield* Effect.option(fs.stat(file))
      return Option.isSome(stat) && stat.value.type === "Directory"
        ? `config file ${file} can't be read: it is a folder`
        : `there is no config file ${file}`
    }
    default:
      return `config file ${file} can't be read: ${reason.cause instanceof Error ? reason.cause.message : reason._tag}`
  }
})

const refuse = (problem: string) => new ConfigurationError({ problems: [problem] })

/** The file that was named, or else the one of a usual name in the current folder. */
export const findFile = Effect.fnUntraced(function* (
  named: string | undefined,
): Effect.fn.Return<string | undefined, ConfigurationError, FileSystem.FileSystem> {
  if (named !== undefined) return named
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.filter(usualNames, (name) => Effect.orElseSucceed(fs.exists(name), () => false))
  if (found.length > 1) {
    return yield* refuse(
      `there are ${found.join(" and ")} here: name the one that counts with --config, or keep only one`,
    )
  }
  return found[0]
})

/** Reads a config file; its name tells its format. */
export const readFile = Effect.fnUntraced(function* (
  table: Table,
  file: string,
): Effect.fn.Return<Source, ConfigurationError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const { extname } = yield* Path.Path
  const content = yield* Effect.catch(fs.readFileString(file), (error) =>
    Effect.flatMap(unreadable(file, error), refuse),
  )
  const format = formats[extname(file).toLowerCase()]
  if (format === undefined) {
    return yield* refuse(`config file ${file}: its name has to end in ${Object.keys(formats).join(", ")}`)
  }
  // What is not UTF-8 was read as these.
  if (content.includes("\ufffd")) return yield* refuse(`config file ${file} is not UTF-8: save it as that`)
  const parsed = yield* Effect.try({
    try: () => parse(format, content),
    catch: (error) =>
      refuse(
        `config file ${file} is not ${format.toUpperCase()}: ${error instanceof Error ? error.message : "it can't be read"}`,
      ),
  })
  return parsedFile(table, file, parsed.value, parsed.written)
})

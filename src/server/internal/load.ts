import type { SourceError } from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Setting, shown, type Table, toConfig, type Values } from "./setting.ts"
import { ConfigurationError, type Source } from "./source.ts"

/** A setting as it holds now. */
export interface SettingInForce {
  readonly name: string
  /** May be shown: a secret is masked. */
  readonly value: string
  /** The variable, file or flag it is from; undefined for the default. */
  readonly from: string | undefined
}

interface Outcome<A> {
  readonly value: A
  readonly from: string | undefined
  /** What is wrong with it, wherever it is given: also where something stronger is right. */
  readonly problems: ReadonlyArray<string>
}

/** The value of one setting and where it is from. */
const loadOne = Effect.fnUntraced(function* <A>(
  name: string,
  setting: Setting<A>,
  strongestFirst: ReadonlyArray<Source>,
): Effect.fn.Return<Outcome<A>, SourceError> {
  const problems: Array<string> = []
  let strongest: Pick<Outcome<A>, "value" | "from"> | undefined
  for (const { place, provider } of strongestFirst) {
    const text = (yield* provider.load(name.split(".")))?.value
    if (text === undefined) continue
    const empty = text.trim() === ""
    // Whoever gives nothing did not mean the default.
    const read = empty ? undefined : yield* Effect.result(toConfig(name, setting).parse(provider))
    if (read !== undefined && Result.isSuccess(read)) {
      strongest ??= { value: read.success, from: place(name) }
      continue
    }
    const given = setting.secret === true && !empty ? "the value" : JSON.stringify(text)
    const reason = empty ? undefined : setting.kind.wrong?.(text.trim())
    const why = reason ?? `it has to be ${setting.kind.allowed}`
    problems.push(`${name}: ${given} (from ${place(name)}) is not allowed: ${why}`)
  }
  return { problems, ...(strongest ?? { value: setting.default, from: undefined }) }
})

/** The variables that count for nothing, since a file says something else: whoever sets one expects it to count. */
const overruled = Effect.fnUntraced(function* (
  inForce: ReadonlyArray<SettingInForce>,
  sources: ReadonlyArray<Source>,
): Effect.fn.Return<ReadonlyArray<string>, SourceError> {
  const file = sources.find(({ kind }) => kind === "file")
  const environment = sources.find(({ kind }) => kind === "environment")
  if (file === undefined || environment === undefined) return []
  const variables: Array<string> = []
  for (const { from, name } of inForce) {
    if (from !== file.place(name)) continue
    const path = name.split(".")
    const variable = (yield* environment.provider.load(path))?.value
    if (variable !== undefined && variable.trim() !== (yield* file.provider.load(path))?.value?.trim()) {
      variables.push(environment.place(name))
    }
  }
  return variables.length === 0 ? [] : [`${variables.join(", ")}: not used, since ${file.place("")} says otherwise`]
})

interface Loaded {
  readonly values: Values
  readonly inForce: ReadonlyArray<SettingInForce>
  readonly notes: ReadonlyArray<string>
}

/**
 * Reads all settings, each from the last source that has it. Everything that is wrong with any of
 * them, and everything in a source that is no setting, is reported together.
 */
export const load = Effect.fnUntraced(function* (
  table: Table,
  sources: ReadonlyArray<Source>,
): Effect.fn.Return<Loaded, ConfigurationError> {
  const problems = sources.flatMap((source) => source.problems)
  const values: Record<string, unknown> = {}
  const inForce: Array<SettingInForce> = []
  for (const [name, setting] of Object.entries(table)) {
    // These sources are read already: nothing can go wrong with them any more.
    const { from, value, problems: wrong } = yield* Effect.orDie(loadOne(name, setting, sources.toReversed()))
    problems.push(...wrong)
    values[name] = value
    inForce.push({ name, value: shown(setting, value), from })
  }
  if (problems.length > 0) return yield* new ConfigurationError({ problems })
  const notes = [...sources.flatMap((source) => source.notes), ...(yield* Effect.orDie(overruled(inForce, sources)))]
  return { values, inForce, notes }
})

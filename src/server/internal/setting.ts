import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as Str from "effect/String"
import type { Kind } from "./kind.ts"

/** One thing that can be set. */
export interface Setting<A> {
  readonly kind: Kind<A>
  readonly default: A
  /** One line, for people: what it does. */
  readonly about: string
  /** `natter serve` has a flag for it, whose value is called so; the others are set by file or environment. */
  readonly flag?: string
  /** Its value is never shown. */
  readonly secret?: boolean
}

/** Settings by their names: words in lower case, groups before a dot. */
export type Table = Readonly<Record<string, Setting<unknown>>>

/** Values by the names of their settings. */
export type Values = Readonly<Record<string, unknown>>

/** `outbox.shed-typing` in the environment: `NATTER_OUTBOX_SHED_TYPING`. */
export const environmentName = (name: string): string =>
  ["natter", ...name.split(".")].map((part) => Str.configCase(part)).join("_")

/** `log.level` on the command line: `--log-level`. */
export const flagName = (name: string): string => name.replaceAll(".", "-")

/** The value as text that may be printed. */
export const shown = <A>({ kind, secret }: Setting<A>, value: A): string =>
  secret === true ? "<redacted>" : kind.show(value)

const codec = <A>(kind: Kind<A>) =>
  Schema.String.pipe(
    Schema.decodeTo(
      Schema.declare((u): u is A => u !== undefined),
      SchemaTransformation.transformEffect({
        decode: (text: string, options) => {
          const value = kind.parse(text.trim())
          return value === undefined
            ? Effect.fail(new SchemaIssue.InvalidValue({ expected: kind.allowed }, text, options))
            : Effect.succeed(value)
        },
        encode: (value: A) => Effect.succeed(kind.show(value)),
      }),
    ),
  )

/** Reads one setting; without its default. */
export const toConfig = <A>(name: string, setting: Setting<A>): Config.Config<A> =>
  Config.schema(codec(setting.kind), name.split("."))

/** Reads all settings, with their defaults. */
export const allOf = (table: Table): Config.Config<Values> =>
  Config.all(
    Object.fromEntries(
      Object.entries(table).map(([name, setting]) => [
        name,
        Config.withDefault(toConfig(name, setting), setting.default),
      ]),
    ),
  )

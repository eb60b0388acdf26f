/** Settings as fields of `ServerSettings`: what makes the list of settings agree with the types of the layers. */
import type * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import type { Compressor } from "../../protocol/Compression.ts"
import type { TrustedNetworks } from "../../domain/TrustedNetworks.ts"
import type { Place } from "../../transport/Place.ts"
import { defaults, type ServerSettings } from "../ServerSettings.ts"
import { type Kind, onOff } from "./kind.ts"
import type { Setting } from "./setting.ts"

/** What a field can hold; anything else in `ServerSettings` is a group of fields. */
type Value =
  | string
  | number
  | boolean
  | Duration.Duration
  | Redacted.Redacted
  | Compressor
  | ReadonlyArray<Place | string>
  | TrustedNetworks

type FieldsOf<Group> = {
  [Key in keyof Group & string]: NonNullable<Group[Key]> extends Value
    ? Key
    : `${Key}.${FieldsOf<NonNullable<Group[Key]>>}`
}[keyof Group & string]

/** The path of a field, such as `hub.outbox.bytes`. */
export type Field = FieldsOf<ServerSettings>

type ValueAt<Group, Path> = Path extends `${infer Key extends keyof Group & string}.${infer Rest}`
  ? ValueAt<NonNullable<Group[Key]>, Rest>
  : Path extends keyof Group
    ? Group[Path]
    : never

type OptionalIn<Group> = {
  [Key in keyof Group & string]: undefined extends Group[Key]
    ? Key
    : Group[Key] extends Value
      ? never
      : `${Key}.${OptionalIn<Group[Key]>}`
}[keyof Group & string]

/** The path of a field or group that may be undefined, such as `hub.publishing`. */
type Optional = OptionalIn<ServerSettings>

/** A setting that knows where its value goes. */
export interface FieldSetting<A, Path extends string = string> extends Setting<A> {
  /** The fields or groups that it decides. */
  readonly sets: ReadonlyArray<Path>
  /** Puts its value there. */
  put(value: A, into: ServerSettings): ServerSettings
}

const valueAt = (group: unknown, [key, ...rest]: ReadonlyArray<string>): unknown => {
  if (key === undefined) return group
  return Predicate.hasProperty(group, key) ? valueAt(group[key], rest) : undefined
}

/** A copy with another value at a path. A group that is switched off stays so, whatever is set in it. */
const replace = (group: unknown, [key, ...rest]: ReadonlyArray<string>, value: unknown): unknown => {
  if (key === undefined) return value
  return Predicate.hasProperty(group, key) ? { ...group, [key]: replace(group[key], rest, value) } : group
}

// Paths are followed without types here, and checked by the types of those who call it.
const defaultOf = <Path extends Field>(path: Path) =>
  valueAt(defaults, path.split(".")) as ValueAt<ServerSettings, Path>
const put = (into: ServerSettings, path: Field | Optional, value: unknown) =>
  replace(into, path.split("."), value) as ServerSettings

type More = Pick<Setting<unknown>, "flag" | "secret">

/** Sets a field. */
export const setting = <Path extends Field>(
  path: Path,
  kind: Kind<ValueAt<ServerSettings, Path>>,
  about: string,
  more?: More,
): FieldSetting<ValueAt<ServerSettings, Path>, Path> => ({
  kind,
  default: defaultOf(path),
  about,
  ...more,
  sets: [path],
  put: (value, into) => put(into, path, value),
})

/** On or off: off, what is at these paths is undefined, and on, it is what it would be otherwise. */
export const switchOf = <Path extends Optional>(
  paths: ReadonlyArray<Path>,
  about: string,
  more?: More,
): FieldSetting<boolean, Path> => ({
  kind: onOff,
  default: true,
  about,
  ...more,
  sets: paths,
  put: (on, into) => (on ? into : paths.reduce((result, path) => put(result, path, undefined), into)),
})

/** Values on their way to another thread of this program, such as settings: what is not plain is said in something that is. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { TrustedNetworks } from "../../../domain/TrustedNetworks.ts"
import { deflate } from "../../../transport/Zlib.ts"
import type { ServerSettings } from "../../ServerSettings.ts"

export type Packed =
  | { readonly kind: "plain"; readonly value: unknown }
  | { readonly kind: "duration"; readonly millis: number }
  | { readonly kind: "secret"; readonly value: unknown }
  | { readonly kind: "networks"; readonly text: string }
  | { readonly kind: "compressor" }
  | { readonly kind: "some"; readonly value: Packed }
  | { readonly kind: "none" }
  | { readonly kind: "map"; readonly entries: ReadonlyArray<readonly [Packed, Packed]> }
  | { readonly kind: "list"; readonly items: ReadonlyArray<Packed> }
  | { readonly kind: "group"; readonly fields: ReadonlyArray<readonly [string, Packed]> }

export const packOne = (value: unknown): Packed => {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return { kind: "plain", value }
  if (Duration.isDuration(value)) return { kind: "duration", millis: Duration.toMillis(value) }
  if (Redacted.isRedacted(value)) return { kind: "secret", value: Redacted.value(value) }
  if (value instanceof TrustedNetworks) return { kind: "networks", text: value.text }
  if (Option.isOption(value)) {
    return Option.isSome(value) ? { kind: "some", value: packOne(value.value) } : { kind: "none" }
  }
  if (value instanceof Map) {
    return { kind: "map", entries: Array.from(value, ([key, item]) => [packOne(key), packOne(item)] as const) }
  }
  // There is one, and functions do not go.
  if ("compress" in value) return { kind: "compressor" }
  if (Array.isArray(value)) return { kind: "list", items: value.map(packOne) }
  return { kind: "group", fields: Object.entries(value).map(([name, field]) => [name, packOne(field)] as const) }
}

export const unpackOne = (packed: Packed): unknown => {
  switch (packed.kind) {
    case "plain":
      return packed.value
    case "duration":
      return Duration.millis(packed.millis)
    case "secret":
      return Redacted.make(packed.value)
    case "networks":
      return Result.getOrThrow(TrustedNetworks.parse(packed.text))
    case "compressor":
      return deflate
    case "some":
      return Option.some(unpackOne(packed.value))
    case "none":
      return Option.none()
    case "map":
      return new Map(packed.entries.map(([key, item]) => [unpackOne(key), unpackOne(item)]))
    case "list":
      return packed.items.map(unpackOne)
    case "group":
      return Object.fromEntries(packed.fields.map(([name, field]) => [name, unpackOne(field)]))
  }
}

export const pack = (settings: ServerSettings): Packed => packOne(settings)

export const unpack = (packed: Packed): ServerSettings => unpackOne(packed) as ServerSettings

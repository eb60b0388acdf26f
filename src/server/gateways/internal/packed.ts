/** Settings on their way to another thread of this program: what is not a plain value is said in one. */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { TrustedNetworks } from "../../../domain/TrustedNetworks.ts"
import { deflate } from "../../../transport/Zlib.ts"
import type { ServerSettings } from "../../ServerSettings.ts"

type Packed =
  | { readonly kind: "plain"; readonly value: unknown }
  | { readonly kind: "duration"; readonly millis: number }
  | { readonly kind: "secret"; readonly value: unknown }
  | { readonly kind: "networks"; readonly text: string }
  | { readonly kind: "compressor" }
  | { readonly kind: "list"; readonly items: ReadonlyArray<Packed> }
  | { readonly kind: "group"; readonly fields: ReadonlyArray<readonly [string, Packed]> }

export type PackedSettings = Packed

const packOne = (value: unknown): Packed => {
  if (typeof value !== "object" || value === null) return { kind: "plain", value }
  if (Duration.isDuration(value)) return { kind: "duration", millis: Duration.toMillis(value) }
  if (Redacted.isRedacted(value)) return { kind: "secret", value: Redacted.value(value) }
  if (value instanceof TrustedNetworks) return { kind: "networks", text: value.text }
  // There is one, and functions do not go.
  if ("compress" in value) return { kind: "compressor" }
  if (Array.isArray(value)) return { kind: "list", items: value.map(packOne) }
  return { kind: "group", fields: Object.entries(value).map(([name, field]) => [name, packOne(field)] as const) }
}

const unpackOne = (packed: Packed): unknown => {
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
    case "list":
      return packed.items.map(unpackOne)
    case "group":
      return Object.fromEntries(packed.fields.map(([name, field]) => [name, unpackOne(field)]))
  }
}

export const pack = (settings: ServerSettings): PackedSettings => packOne(settings)

export const unpack = (packed: PackedSettings): ServerSettings => unpackOne(packed) as ServerSettings

import * as Schema from "effect/Schema"

/** The part of JSON Schema, draft 2020-12, that our schemas become. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly $ref?: string
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
}

export interface JsonSchemaDocument {
  readonly schema: JsonSchema
  /** The values with a name of their own, by that name. */
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

/** Merges the parts of an `allOf` where none contradicts another, and writes an `enum` of one value as `const`. */
const tidy = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(tidy)
  if (typeof schema !== "object" || schema === null) return schema
  const { allOf = [], ...rest } = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, tidy(value)]),
  ) as JsonSchema
  const out: Record<string, unknown> = { ...rest }
  const kept = allOf.filter((part) => {
    const fits = Object.entries(part).every(([keyword, value]) => (out[keyword] ?? value) === value)
    if (fits) Object.assign(out, part)
    return !fits
  })
  if (kept.length > 0) out["allOf"] = kept
  if (Array.isArray(out["enum"]) && out["enum"].length === 1) {
    const { enum: values, type: _, ...others } = out
    return { const: (values as ReadonlyArray<unknown>)[0], ...others }
  }
  return out
}

/** Values whose title is a name get a definition of their own; `text` and `u32` are too small for that. */
const named = (title: unknown): string | undefined =>
  typeof title === "string" && /^[A-Z]/.test(title) ? title : undefined

/** A schema as JSON Schema; `surplus` says whether fields beyond those named are taken. */
export const describe = (schema: Schema.Top, surplus: boolean): JsonSchemaDocument => {
  const document = Schema.toJsonSchemaDocument(schema, {
    onExcessProperty: surplus ? "ignore" : "error",
    referencePolicy: ({ ast }) => named(Schema.resolveAnnotations(Schema.make(ast))?.["title"]),
  })
  return {
    schema: tidy(document.schema) as JsonSchema,
    definitions: tidy(document.definitions) as Record<string, JsonSchema>,
  }
}

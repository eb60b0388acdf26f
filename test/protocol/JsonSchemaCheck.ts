/** As much of JSON Schema, draft 2020-12, as docs/protocol.schema.json uses; a keyword beyond that throws. */
type Schema = Readonly<Record<string, unknown>>
type Keyword = (expected: never, value: unknown, schema: Schema, root: Schema) => boolean

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const types: Record<string, (value: unknown) => boolean> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
}

/** Strings are measured in characters, not in UTF-16 units. */
const length = (text: string) => [...text].length

const isBase64 = (value: unknown) =>
  typeof value === "string" && value.length % 4 === 0 && /^[\w+/]*={0,2}$/.test(value)

const keywords: Record<string, Keyword> = {
  type: (type: string, value) => types[type]!(value),
  const: (constant: unknown, value) => value === constant,
  enum: (values: ReadonlyArray<unknown>, value) => values.includes(value),
  minimum: (minimum: number, value) => typeof value !== "number" || value >= minimum,
  maximum: (maximum: number, value) => typeof value !== "number" || value <= maximum,
  minLength: (minimum: number, value) => typeof value !== "string" || length(value) >= minimum,
  maxLength: (maximum: number, value) => typeof value !== "string" || length(value) <= maximum,
  pattern: (pattern: string, value) => typeof value !== "string" || new RegExp(pattern, "u").test(value),
  format: (format: string, value) => format === "byte" && isBase64(value),
  contentEncoding: (encoding: string, value) => encoding === "base64" && isBase64(value),
  maxItems: (maximum: number, value) => !Array.isArray(value) || value.length <= maximum,
  items: (items: Schema, value, _, root) => !Array.isArray(value) || value.every((item) => valid(items, item, root)),
  required: (names: ReadonlyArray<string>, value) =>
    !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (properties: Readonly<Record<string, Schema>>, value, _, root) =>
    !isObject(value) ||
    Object.entries(value).every(
      ([name, item]) => !Object.hasOwn(properties, name) || valid(properties[name]!, item, root),
    ),
  additionalProperties: (allowed: boolean, value, { properties = {} }) =>
    allowed || !isObject(value) || Object.keys(value).every((name) => Object.hasOwn(properties as object, name)),
  anyOf: (schemas: ReadonlyArray<Schema>, value, _, root) => schemas.some((schema) => valid(schema, value, root)),
  allOf: (schemas: ReadonlyArray<Schema>, value, _, root) => schemas.every((schema) => valid(schema, value, root)),
  $ref: (reference: string, value, _, root) => {
    const target = (root["$defs"] as Record<string, Schema>)[reference.replace("#/$defs/", "")]
    if (target === undefined) throw new Error(`${reference} leads nowhere`)
    return valid(target, value, root)
  },
  title: () => true,
  description: () => true,
}

const valid = (schema: Schema, value: unknown, root: Schema): boolean =>
  Object.entries(schema).every(([name, expected]) => {
    const keyword = keywords[name]
    if (keyword === undefined) throw new Error(`the keyword ${name} is not known here`)
    return keyword(expected as never, value, schema, root)
  })

/** Whether the definition of that name in `document` takes the value. */
export const takes = (document: Schema, definition: string, value: unknown): boolean =>
  valid({ $ref: `#/$defs/${definition}` }, value, document)

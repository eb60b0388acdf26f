/** What OpenAPI says of the API, put so that the page at `/docs` and generators of clients can work with it. */
import type * as OpenApi from "effect/http-api/OpenApi"

interface Described {
  readonly allOf?: ReadonlyArray<{ readonly description?: string }>
  readonly description?: string
  readonly pattern?: string
}

/** A number in a path or query is text, of which Effect says no more than how it is written. All of ours are whole. */
const isNumber = ({ pattern = "" }: Described): boolean => pattern.startsWith("^[+-]?")

/** What a parameter is about is said beside it, where pages look, and not within its type. */
const parameter = (given: OpenApi.OpenAPISpecParameter): OpenApi.OpenAPISpecParameter => {
  const { allOf, ...type }: Described = given.schema
  const description = allOf?.map(({ description }) => description).join(" ") ?? type.description
  return {
    ...given,
    ...(description !== undefined && { description }),
    schema: isNumber(type) ? { type: "integer" } : type,
  }
}

const isParameter = (value: unknown): value is OpenApi.OpenAPISpecParameter =>
  typeof value === "object" && value !== null && "in" in value && "name" in value && "schema" in value

/** Called by its class, a name that only Effect could like. */
const named = (name: string): string => name.replace("natter_http_ProblemEncoded", "Problem")

const tidied = (key: string, value: unknown): unknown => {
  if (isParameter(value)) return parameter(value)
  if (key === "$ref" && typeof value === "string") return named(value)
  if (key === "schemas")
    return Object.fromEntries(Object.entries(value as object).map(([name, is]) => [named(name), is as unknown]))
  // Tools read patterns without the flag `u`, by which `\p{L}` is a letter: the page would refuse every channel.
  if (key === "pattern" && typeof value === "string" && value.includes("\\p{")) return undefined
  return value
}

export const forTools = (spec: object): OpenApi.OpenAPISpec =>
  JSON.parse(JSON.stringify(spec), tidied) as OpenApi.OpenAPISpec

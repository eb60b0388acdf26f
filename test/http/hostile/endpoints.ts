/** Every endpoint that there is, and what a client could have meant by asking it. */
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as HttpApi from "effect/http-api/HttpApi"
import { Api } from "../../../src/http/api/Api.ts"
import { Authorization } from "../../../src/http/api/Authorization.ts"

interface Part {
  /** Its fields, as they are called on the wire. */
  readonly names: ReadonlyArray<string>
  /** Something right, as it goes over the wire. */
  readonly sample: (seed: number) => Readonly<Record<string, unknown>>
}

export interface Endpoint {
  readonly name: string
  readonly method: string
  /** As in `/api/v1/channels/:channel`. */
  readonly path: string
  readonly isPrivate: boolean
  readonly params: Part | undefined
  readonly query: Part | undefined
  readonly payload: Part | undefined
}

const partOf = (schema: Schema.Top | undefined): Part | undefined => {
  if (schema === undefined) return undefined
  const ast = SchemaAST.toEncoded(schema.ast)
  const names = ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []
  const plain = schema as Schema.Codec<Record<string, unknown>, Record<string, unknown>>
  const values = Arbitrary.schema(plain)
  const encode = Schema.encodeSync(plain)
  const sample = (seed: number) =>
    encode(Effect.runSync(Arbitrary.sampleEffect(values, { count: 1, size: 8, seed }))[0]!)
  return { names, sample }
}

export const endpoints: ReadonlyArray<Endpoint> = Object.values((Api as never as HttpApi.Top).groups).flatMap((group) =>
  Object.values(group.endpoints).map((endpoint): Endpoint => {
    const { method, middlewares, params, path, payload, query } = endpoint
    return {
      name: `${group.identifier}.${endpoint.identifier}`,
      method,
      path,
      isPrivate: middlewares.has(Authorization),
      params: partOf(params),
      query: partOf(query),
      payload: partOf([...payload.values()][0]?.schemas[0]),
    }
  }),
)

/** The path with these parameters, percent-encoded but for those in `raw`. */
export const pathOf = (
  { path }: Endpoint,
  params: Readonly<Record<string, unknown>>,
  raw: Readonly<Record<string, string>> = {},
): string => path.replace(/:(\w+)/g, (_, name: string) => raw[name] ?? encodeURIComponent(String(params[name])))

/** Reads what a request says, as its endpoint describes it. Whatever is wrong is named. */
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type { IncomingMessage } from "node:http"
import { Generations } from "../../domain/Generations.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { hasBody } from "./Body.ts"

/** The parts of a request that its endpoint has; undefined where it has none. */
export interface Parts {
  readonly params: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly payload: unknown
}

/** As it came. */
export interface Given {
  readonly request: IncomingMessage
  readonly params: Readonly<Record<string, string>>
  readonly query: string
}

/** Throws a `RequestError` where something is not what it should be. */
export interface Decoder {
  /** All but the body. */
  readonly head: (given: Given) => Parts
  /** Undefined where the endpoint has none. */
  readonly payload: ((body: Buffer) => unknown) | undefined
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const invalid = (field: string, detail: string) => new RequestError({ reason: "InvalidFrame", field, detail })

/** What is wrong, in the words of who has to mend it. */
const inWords = (message: string, depth: number, names: ReadonlySet<string>): string => {
  if (message === "Missing key") return "it is missing"
  if (message === "Expected a string representing a finite number") return "Expected a number"
  if (message !== "Expected no excess property") return message
  return depth > 1 ? "there is no such field" : `there is no such field, but ${[...names].join(", ") || "none at all"}`
}

/** The first thing that was wrong. A surplus name is the client's: only as much of it is repeated as is safe to show. */
const toError = (part: string, error: Schema.SchemaError, names: ReadonlySet<string>): RequestError => {
  const { message, path = [] } = format(error.issue).issues[0]!
  const field = path
    .map((key) => String(typeof key === "object" ? key.key : key))
    .join(".")
    .replace(/[^\w.-]/g, "?")
    .slice(0, 64)
  const name = field === "" ? part : field
  return invalid(name, `${name}: ${inWords(message, path.length, names)}`)
}

const namesOf = (schema: Schema.Top | undefined): ReadonlySet<string> => {
  const ast = schema === undefined ? undefined : SchemaAST.toEncoded(schema.ast)
  const properties = ast?._tag === "Objects" ? ast.propertySignatures : []
  return new Set(properties.map(({ name }) => String(name)))
}

const decoder = (part: string, schema: Schema.Top | undefined, options: { readonly strict: boolean }) => {
  if (schema === undefined) return undefined
  const decode = Schema.decodeUnknownExit(schema as Schema.Decoder<unknown>, {
    onExcessProperty: options.strict ? "error" : "ignore",
  })
  const names = namesOf(schema)
  return (value: unknown): unknown => {
    const exit = decode(value)
    if (Exit.isSuccess(exit)) return exit.value
    const reason = exit.cause.reasons[0]
    if (reason?._tag !== "Fail") throw new Error("a schema of a request must not die", { cause: exit.cause })
    throw toError(part, reason.error as Schema.SchemaError, names)
  }
}

const paramsIn = (params: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const decoded: Record<string, string> = {}
  for (const name in params) {
    try {
      decoded[name] = decodeURIComponent(params[name]!)
    } catch {
      throw invalid(name, `${name}: "%" and what is behind it is no character of UTF-8`)
    }
  }
  return decoded
}

const queryIn = (query: string, names: ReadonlySet<string>): Readonly<Record<string, string>> => {
  const values: Record<string, string> = {}
  if (query === "") return values
  for (const [name, value] of new URLSearchParams(query)) {
    if (!names.has(name)) {
      const allowed = names.size === 0 ? "there is none" : `there is ${[...names].join(", ")}`
      throw invalid(name.replace(/[^\w.-]/g, "?").slice(0, 64), `An unknown query parameter: ${allowed}`)
    }
    if (Object.hasOwn(values, name)) throw invalid(name, `${name}: given more than once`)
    values[name] = value
  }
  return values
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const jsonIn = (body: Buffer): unknown => {
  // Where everything may be left out, so may the whole.
  if (body.length === 0) return {}
  let text: string
  try {
    text = utf8.decode(body)
  } catch {
    throw invalid("body", "The body is no UTF-8")
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    // Node repeats what stands around the place, which may be part of a password.
    const why = (error as Error).message.replace(/, (\.{3})?".*/s, "").slice(0, 200)
    throw invalid("body", `The body is no JSON: ${why}`)
  }
}

/** That the body is what can be read here: which also keeps out what a page of a stranger can post without asking. */
const checkType = (request: IncomingMessage): void => {
  const { headers } = request
  if ((headers["content-encoding"] ?? "identity") !== "identity") {
    throw new RequestError({ reason: "UnsupportedMediaType", detail: "Send the body uncompressed" })
  }
  const type = headers["content-type"]
  if (type === undefined && !hasBody(request)) return
  if (!/^application\/json *(;|$)/i.test(type ?? "")) {
    throw new RequestError({ reason: "UnsupportedMediaType", detail: "Send JSON, with Content-Type: application/json" })
  }
}

/** URLs of an endpoint whose meaning is known, at least, and at most twice as many: much is asked again and again. */
const remembered = 64
/** Of so many characters. */
const maxRemembered = 256

export const make = (endpoint: HttpApiEndpoint.Top): Decoder => {
  const params = decoder("path", endpoint.params, { strict: true })
  const query = decoder("query", endpoint.query, { strict: true })
  const headers = decoder("headers", endpoint.headers, { strict: false })
  const payload = decoder("body", [...endpoint.payload.values()][0]?.schemas[0], { strict: true })
  const names = namesOf(endpoint.query)
  const targets = new Generations<string, Pick<Parts, "params" | "query">>(remembered)
  const targetIn = (given: Given): Pick<Parts, "params" | "query"> => {
    const { url = "" } = given.request
    const known = targets.get(url)
    if (known !== undefined) return known
    const asked = queryIn(given.query, names)
    const target = { params: params?.(paramsIn(given.params)), query: query?.(asked) }
    if (url.length <= maxRemembered) targets.set(url, target)
    return target
  }
  return {
    head: (given) => {
      if (payload !== undefined) checkType(given.request)
      const { params, query } = targetIn(given)
      return { params, query, headers: headers?.(given.request.headers), payload: undefined }
    },
    payload: payload && ((body) => payload(jsonIn(body))),
  }
}

/** The endpoints of an API with what answers them, ready to be found by a request. */
import * as SchemaAST from "effect/SchemaAST"
import type * as Effect from "effect/Effect"
import type * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type { IncomingMessage } from "node:http"
import type { OperationKind } from "../../chat/RateLimits.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { WebClient } from "../../domain/WebClient.ts"
import * as Context from "effect/Context"
import { Authorization } from "../api/Authorization.ts"
import { Carries } from "../api/Carries.ts"
import type { Answer, Asker } from "../Handler.ts"
import * as Decoder from "./Decoder.ts"
import { Router } from "./Router.ts"

/** What a handler gets, whatever its endpoint: the types of the handlers say what is in it. */
interface Asked extends Decoder.Parts {
  readonly client: WebClient
  readonly request: IncomingMessage
  readonly asker: Asker | undefined
}

export interface Route {
  /** Its path, with the names of parameters: what a log and a metric may say without knowing too much. */
  readonly path: string
  /** Whether one has to have signed in. */
  readonly isPrivate: boolean
  readonly carries: typeof Carries.Service
  readonly decoder: Decoder.Decoder
  readonly handle: (asked: Asked) => Effect.Effect<Answer<unknown>, RequestError>
  readonly kind: OperationKind | undefined
  /** Of a request that was done. */
  readonly status: number
}

interface AnyHandler {
  (asked: never): Effect.Effect<Answer<unknown>, RequestError>
  readonly kind?: OperationKind
}

type Groups = Readonly<Record<string, Readonly<Record<string, AnyHandler>>>>

const annotatedStatus = SchemaAST.resolveAt<number>("httpApiStatus")

const statusOf = ({ success }: HttpApiEndpoint.Top): number => {
  const [schema] = success
  // Nothing is said of what an endpoint that only does something answers.
  if (schema === undefined) return 204
  const { ast } = schema
  return annotatedStatus(ast) ?? (ast.context?.annotations?.httpApiStatus as number | undefined) ?? 200
}

export const router = (api: HttpApi.Top, groups: Groups): Router<Route> => {
  const router = new Router<Route>()
  for (const group of Object.values(api.groups)) {
    for (const endpoint of Object.values(group.endpoints)) {
      const handler = groups[group.identifier]?.[endpoint.identifier]
      if (handler === undefined) throw new Error(`nothing answers ${group.identifier}.${endpoint.identifier}`)
      const { method, path } = endpoint
      router.add(method, path, {
        path,
        isPrivate: endpoint.middlewares.has(Authorization),
        carries: Context.get(endpoint.annotations, Carries),
        decoder: Decoder.make(endpoint),
        handle: handler as Route["handle"],
        kind: handler.kind,
        status: statusOf(endpoint),
      })
    }
  }
  return router
}

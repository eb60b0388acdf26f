/** What answers an endpoint: what was asked to an operation, and what came of it to an answer. No rules are here. */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import type { IncomingMessage } from "node:http"
import type { Bearer } from "../chat/account/Bearers.ts"
import type { Caller } from "../chat/Caller.ts"
import type { ChatShape } from "../chat/Chat.ts"
import type { OperationKind } from "../chat/RateLimits.ts"
import type * as Stream from "effect/Stream"
import type { RequestError } from "../domain/RequestError.ts"
import type { WebClient } from "../domain/WebClient.ts"
import type { Authorization } from "./api/Authorization.ts"
import type { Representation } from "./Representation.ts"

/** Who asks, where the endpoint is for those who have signed in. */
export interface Asker extends Bearer {
  /** The session's token, where it came in a cookie. */
  readonly cookie?: Redacted.Redacted | undefined
}

type Part<S> = [S] extends [never] ? undefined : S extends { readonly Type: infer A } ? A : never

/** A request, in parts that its endpoint describes; those are undefined that it has not. */
interface Request<Params, Query, Headers, Payload, By> {
  readonly params: Params
  readonly query: Query
  readonly headers: Headers
  readonly payload: Payload
  readonly client: WebClient
  /** As it came, for what is not of the endpoint but of HTTP. */
  readonly request: IncomingMessage
  /** Undefined where the endpoint is for everybody. */
  readonly asker: By
}

/** A request of an endpoint. */
type RequestOf<E> = E extends HttpApiEndpoint.ConstraintRequest
  ? Request<
      Part<E["~Params"]>,
      Part<E["~Query"]>,
      Part<E["~Headers"]>,
      Part<E["~Payload"]>,
      [Extract<E["~Middleware"], Authorization>] extends [never] ? undefined : Asker
    >
  : never

/** What is answered. Its body is as it stands on the wire: answers have schemas that change nothing. */
export type Answer<Body> = {
  readonly headers?: Readonly<Record<string, string>>
  /** It has a secret in it: it is not compressed, since its length would say something of it. */
  readonly secret?: true
  /** Where it is not that of the endpoint. */
  readonly status?: number
} & (
  | { readonly body: Body }
  | { readonly representation: Representation<Body> }
  /** Written only as fast as they are read; they are so many. */
  | { readonly bytes: Stream.Stream<Uint8Array, RequestError>; readonly length: number }
  /** Refused, with headers that say more. */
  | { readonly refusal: RequestError }
)

interface Handler<Req, Body> {
  (request: Req): Effect.Effect<Answer<Body>, RequestError>
  /** What it counts as, where it is limited how often it may be done. */
  readonly kind?: OperationKind
}

/** One for each endpoint of a group. */
export type HandlersOf<G> = {
  readonly [E in HttpApiGroup.Endpoints<G> as HttpApiEndpoint.Identifier<E>]: Handler<
    RequestOf<E>,
    HttpApiEndpoint.Success<E>["Type"]
  >
}

/** Those of each group. */
export type AllHandlers<A> =
  A extends HttpApi.HttpApi<string, infer Groups>
    ? { readonly [G in Groups as HttpApiGroup.Identifier<G>]: HandlersOf<G> }
    : never

interface Asks<Req, Asked, Told> {
  (chat: ChatShape, caller: Caller, request: Asked): Effect.Effect<Told, RequestError>
  readonly kind: OperationKind
  readonly "~Req"?: Req
}

/** An operation behind an endpoint: what it is asked, and what is said of its answer; without that there is nothing to say. */
export const ask = <Req extends { readonly asker: Asker }, Asked, Told, Body = void>(
  chat: ChatShape,
  operation: Asks<Req, Asked, Told>,
  asked: (request: Req) => NoInfer<Asked>,
  told?: (answer: NoInfer<Told>, request: Req) => Answer<Body>,
) =>
  Object.assign(
    (request: Req): Effect.Effect<Answer<Body>, RequestError> =>
      Effect.map(operation(chat, request.asker.caller, asked(request)), (answer) =>
        told === undefined ? (nothing as Answer<Body>) : told(answer, request),
      ),
    { kind: operation.kind },
  )

/** There is nothing more to say. */
export const nothing: Answer<void> = { body: undefined }

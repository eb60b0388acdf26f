/** The typed client of the API: one method for each endpoint, over fetch, in a browser as in Node. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import { Api } from "./api/Api.ts"

export interface ClientOptions {
  /** Where the service is, as in `https://chat.example.org`. */
  readonly url: string
  /** Who asks; without one there is what everybody may ask. */
  readonly token?: string | Redacted.Redacted | undefined
  /** What makes the requests, where not the platform's: for certificates of one's own, say. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

const authorized = ({ token }: ClientOptions) =>
  HttpClient.mapRequest((request) => (token === undefined ? request : HttpClientRequest.bearerToken(request, token)))

/**
 * A client. What is refused fails with a `Problem`; what does not get there, or is answered by somebody else, with an
 * `HttpClientError` or a `SchemaError`.
 */
export const client = (options: ClientOptions) =>
  Effect.provide(
    HttpApiClient.make(Api, { baseUrl: options.url, transformClient: authorized(options) }),
    Layer.provide(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.Fetch, options.fetch ?? globalThis.fetch)),
  )

export type Client = Effect.Success<ReturnType<typeof client>>

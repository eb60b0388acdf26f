/** What there is to read about the API: its description, and a page to read and try it. Nothing of it comes from elsewhere. */
import * as Effect from "effect/Effect"
import * as HttpApiSwagger from "effect/http-api/HttpApiSwagger"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { createHash } from "node:crypto"
import { Api } from "./api/Api.ts"
import { Representation } from "./Representation.ts"

export interface Page {
  readonly representation: Representation
  readonly headers: Readonly<Record<string, string>>
}

const description = Effect.sync((): Page => ({
  representation: Representation.json(OpenApi.fromApi(Api)),
  headers: {},
}))

/** What the page may do: run its own scripts, and ask where it is from. */
const policyOf = (html: string): string => {
  const scripts = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(
    ([, script = ""]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  )
  return [
    "default-src 'none'",
    `script-src ${scripts.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ")
}

const docs = Effect.gen(function* () {
  // It is two megabytes: loaded when somebody wants to see it.
  const app = yield* HttpRouter.toHttpEffect(HttpApiSwagger.layer(Api, { path: "/docs" }))
  const request = HttpServerRequest.fromWeb(new globalThis.Request("http://localhost/docs"))
  const { body } = yield* Effect.provideService(app, HttpServerRequest.HttpServerRequest, request)
  const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
  const headers = { "Content-Security-Policy": policyOf(text), "Referrer-Policy": "no-referrer" }
  return { representation: new Representation("text/html; charset=utf-8", text), headers } satisfies Page
}).pipe(Effect.scoped, Effect.orDie)

const kept = (page: Effect.Effect<Page>): Effect.Effect<Page> => Effect.runSync(Effect.cached(page))

/** By their paths. Each is made once. */
export const pages: ReadonlyMap<string, Effect.Effect<Page>> = new Map([
  ["/openapi.json", kept(description)],
  ["/docs", kept(docs)],
])

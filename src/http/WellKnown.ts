/** The keys by which others verify access tokens. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Fiber from "effect/Fiber"
import { AccessTokens } from "../accounts/AccessTokens.ts"
import type { Handle } from "./HttpApp.ts"
import { targetOf } from "./internal/Target.ts"

const jwksPath = "/.well-known/jwks.json"

/** Seconds for which a copy is good: less than the time that a key is published before it signs. */
const age = 300

const headers = {
  "Content-Type": "application/jwk-set+json",
  "Cache-Control": `public, max-age=${age}`,
  "Access-Control-Allow-Origin": "*",
  "X-Content-Type-Options": "nosniff",
}

/** Answers until the scope closes. */
export const make: Effect.Effect<Handle, never, AccessTokens | Scope.Scope> = Effect.gen(function* () {
  const { published } = yield* AccessTokens
  const scope = yield* Scope.Scope
  const run = Effect.runForkWith(yield* Effect.context())
  return (request, response) => {
    if (targetOf(request.url ?? "").path !== jwksPath) return false
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { Allow: "GET, HEAD" }).end()
      return true
    }
    const answered = Effect.match(published, {
      onSuccess: (keys) => response.writeHead(200, headers).end(JSON.stringify({ keys })),
      onFailure: () => response.writeHead(503, { "Retry-After": "1" }).end(),
    })
    Fiber.runIn(run(answered), scope)
    return true
  }
})

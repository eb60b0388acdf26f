/** The metrics, in the text format of Prometheus: for machines that may read them, and for administrators of the service. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { IncomingMessage, ServerResponse } from "node:http"
import { realAddress } from "../address/Forwarded.ts"
import type { ProxySettings } from "../address/ProxySettings.ts"
import { answer, pathOf, type RequestHandler } from "./HttpDoor.ts"
import type { MetricsSettings } from "./MetricsSettings.ts"

interface Options {
  readonly settings: MetricsSettings
  readonly proxies: ProxySettings
  /** All of them as they are now. */
  readonly text: Effect.Effect<string>
  /** Whether this is the token of an administrator, who asks from this address. */
  readonly isAdministrator: (token: Redacted.Redacted, address: string) => Effect.Effect<boolean>
  readonly run: (effect: Effect.Effect<void>) => void
}

const contentType = "text/plain; version=0.0.4; charset=utf-8"

/** What a proxy adds to a request that it passes on. */
const ofProxies = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]

/**
 * The address of who asks. Undefined where it is not known: a proxy stands before the service that it does not trust, and
 * what comes from there comes from anywhere, though that proxy be on this machine.
 */
const addressOf = ({ headers }: IncomingMessage, peer: string, proxies: ProxySettings): string | undefined => {
  const address = realAddress({ peer, headers }, proxies)
  if (Result.isFailure(address)) return undefined
  const passedOn = ofProxies.some((name) => headers[name] !== undefined)
  return passedOn && address.success === peer ? undefined : address.success
}

/** The token that a request is authorized by. */
const tokenIn = ({ headers }: IncomingMessage): Redacted.Redacted | undefined => {
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(headers.authorization ?? "") ?? []
  return token === undefined ? undefined : Redacted.make(token)
}

export const make = ({ isAdministrator, proxies, run, settings, text }: Options): RequestHandler => {
  const show = (response: ServerResponse) =>
    Effect.map(text, (metrics) => {
      response.writeHead(200, { "Content-Type": contentType, "Cache-Control": "no-store" })
      response.end(metrics)
    })
  const refuse = (response: ServerResponse) =>
    Effect.sync(() =>
      answer(response, 403, "metrics are for machines in metrics.allow, and for administrators with a token", {
        "Cache-Control": "no-store",
      }),
    )

  return (request, response, arrival) => {
    if (pathOf(request) !== settings.path) return false
    if (request.method !== "GET" && request.method !== "HEAD") {
      answer(response, 405, "there is GET, HEAD", { Allow: "GET, HEAD" })
      return true
    }
    const address = addressOf(request, arrival.address, proxies)
    const token = tokenIn(request)
    const mayRead =
      address !== undefined && settings.allow.trusts(address)
        ? Effect.succeed(true)
        : token === undefined
          ? Effect.succeed(false)
          : isAdministrator(token, address ?? arrival.address)
    run(Effect.flatMap(mayRead, (may) => (may ? show(response) : refuse(response))))
    return true
  }
}

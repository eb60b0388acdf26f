/**
 * Whether a request with a cookie was meant by whoever has it. A browser sends the cookie with every request; a page of ours
 * sends a second token with it, which no other page can know. It follows from the session's token, so there is nothing to
 * keep, and says nothing of it.
 */
import * as Redacted from "effect/Redacted"
import { createHmac, timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { WebClient } from "../domain/WebClient.ts"
import { RequestError } from "../domain/RequestError.ts"

const header = "x-csrf-token"

/** The second token of a session. */
export const tokenOf = (session: Redacted.Redacted): string => mac(session).toString("base64url")

const mac = (session: Redacted.Redacted): Buffer =>
  createHmac("sha256", Redacted.value(session)).update("natter csrf").digest()

const isSafe = (method: string | undefined): boolean => method === "GET" || method === "HEAD" || method === "OPTIONS"

/** Whether the request is from a page of another origin, as far as the browser says. */
export const isForeign = ({ headers }: IncomingMessage, client: WebClient): boolean => {
  const site = headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin" && site !== "none") return true
  return headers.origin !== undefined && !client.own().has(headers.origin)
}

const matches = (given: unknown, session: Redacted.Redacted): boolean => {
  if (typeof given !== "string") return false
  const bytes = Buffer.from(given, "base64url")
  const expected = mac(session)
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** Why a request that changes something is refused whose session's token came in a cookie; undefined where it is not. */
export const refusal = (
  request: IncomingMessage,
  client: WebClient,
  session: Redacted.Redacted,
): RequestError | undefined => {
  if (isSafe(request.method)) return undefined
  if (isForeign(request, client)) {
    return new RequestError({
      reason: "CsrfRefused",
      detail: "With a cookie, only pages of this service may ask for that",
    })
  }
  if (matches(request.headers[header], session)) return undefined
  return new RequestError({
    reason: "CsrfRefused",
    detail: "With a cookie, send the csrf_token of GET /api/v1/session as the header X-CSRF-Token",
  })
}

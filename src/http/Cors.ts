/** Which pages may use the API from a browser, and what they may see of it. */
import type { IncomingMessage } from "node:http"
import { isWelcome } from "../domain/Origins.ts"
import type { WebClient } from "../domain/WebClient.ts"

/** Headers of an answer that a page may read. */
export const exposed = [
  "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id",
  "Accept-Ranges, Content-Disposition, Content-Range",
  "Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version",
  "Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset",
].join(", ")
/** Headers that a page may send. */
const sent = [
  "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id",
  "If-Match, If-Range, Range",
  "Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override",
].join(", ")

export type Headers = Readonly<Record<string, string>>

const nobody: Headers = { Vary: "Origin" }

/** What the answer says to the browser of whoever sends this; undefined where that page may not come in here. */
export const headers = (
  { headers: { origin } }: IncomingMessage,
  client: WebClient,
  allowed: ReadonlyArray<string>,
): Headers | undefined => {
  if (origin === undefined) return nobody
  if (!isWelcome(origin, { allowed, own: client.own() })) return undefined
  return { Vary: "Origin", "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": exposed }
}

/** What is said to a browser that asks before it sends something. */
export const preflight = (methods: string): Headers => ({
  "Access-Control-Allow-Methods": methods,
  "Access-Control-Allow-Headers": sent,
  "Access-Control-Max-Age": "86400",
})

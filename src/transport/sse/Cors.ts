/** Which pages may use the door from a browser. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { isWelcome } from "../../domain/Origins.ts"

/**
 * Whether who sends this is no page, or one of these origins or of the same host; and says so to the browser, which otherwise
 * keeps the answer from the page.
 */
export const admits = (
  request: IncomingMessage,
  response: ServerResponse,
  { allowed, own }: { readonly allowed: ReadonlyArray<string>; readonly own: () => ReadonlySet<string> },
): boolean => {
  response.setHeader("Vary", "Origin")
  const { origin } = request.headers
  if (origin === undefined) return true
  if (!isWelcome(origin, { allowed, own: own() })) return false
  response.setHeader("Access-Control-Allow-Origin", origin)
  if (request.method !== "OPTIONS") return true
  response.setHeader("Access-Control-Allow-Methods", "GET, POST, DELETE")
  response.setHeader("Access-Control-Allow-Headers", "Content-Type, Last-Event-ID")
  response.setHeader("Access-Control-Max-Age", "86400")
  return true
}

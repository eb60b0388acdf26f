/** A line for each request. Nothing of it is what a client could put a line of its own into, and no secret is in it. */
import * as Effect from "effect/Effect"
import type { Exchange } from "./internal/Exchange.ts"

/** Of a path that leads nowhere, so many characters. */
const maxPath = 128

/** Secrets begin with such a word. One may stand in an address, though that is asked for by mistake. */
const secret = /(nat[a-z]*_)[\w-]+/g

/** Visible ASCII, of which URLs are, and not too much of it. */
const plain = (text: string): string =>
  text
    .replace(/[^!-~]/g, "?")
    .replace(secret, "$1…")
    .slice(0, maxPath)

export const line = (exchange: Exchange, path: string, millis: number): Effect.Effect<void> => {
  const { asker, bytes, client, id, request, response, route } = exchange
  const { method } = request
  const status = response.headersSent ? response.statusCode : undefined
  const where = route?.path ?? plain(path)
  return Effect.annotateLogs(Effect.logInfo(`${method} ${where} ${status ?? "not answered"}`), {
    method,
    path: where,
    ...(status === undefined ? {} : { status }),
    ms: Math.round(millis * 1000) / 1000,
    bytes,
    address: client.address,
    ...(asker === undefined ? {} : { user: asker.caller.by.user.id }),
    request: id,
  })
}

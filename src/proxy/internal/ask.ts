/** Asks a target what a client asks the forwarder for. */
import * as Duration from "effect/Duration"
import * as Http from "node:http"
import { type Address, format } from "../../domain/Address.ts"
import { authority, mayReach } from "../Authority.ts"
import type { ForwarderSettings } from "../ForwarderSettings.ts"
import { endToEnd } from "./hopByHop.ts"

/** An answer of the forwarder itself. */
export interface Refusal {
  readonly status: number
  readonly why: string
}

/** Why a target is refused, and with which status; undefined where it is not. */
export const refusal = (
  target: Address | undefined,
  written: string,
  settings: ForwarderSettings,
): Refusal | undefined => {
  if (target === undefined)
    return { status: 400, why: `not a host and a port: ${JSON.stringify(written.slice(0, 200))}` }
  return mayReach(target, settings.allow, settings.except())
    ? undefined
    : { status: 403, why: `${format(target)} may not be reached: start with --allow ${format(target)}` }
}

export const hasBody = ({ headers }: Http.IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0

/** Of a URI the path and what follows, letter by letter; a URI that is written in another way than usual is read. */
const pathIn = (written: string, url: URL): string => {
  const path = /^http:\/\/[^/?#\\]*([^#]*)/i.exec(written)?.[1] ?? `${url.pathname}${url.search}`
  return path.startsWith("/") ? path : `/${path}`
}

/**
 * The request as the target gets it, which is not sent yet; or why it gets none. `more` are the headers for that hop.
 * `fail` hears of it, once at most, when there will be no answer.
 */
export const ask = (
  request: Http.IncomingMessage,
  settings: ForwarderSettings,
  more: Record<string, string>,
  fail: (refusal: Refusal) => void,
): Http.ClientRequest | Refusal => {
  const written = request.url ?? ""
  const url = URL.parse(written)
  if (url === null || url.protocol !== "http:") {
    const why = "a proxy is asked with a whole URI, such as GET http://127.0.0.1:8080/, or with CONNECT"
    return { status: 400, why }
  }
  const target = authority(url.host, 80)
  const refused = refusal(target, url.host, settings)
  if (target === undefined || refused !== undefined) return refused ?? { status: 400, why: "" }

  const { via = [], ...headers } = endToEnd(request.rawHeaders)
  const coding = request.headers["transfer-encoding"]
  let asked: Http.ClientRequest
  try {
    asked = Http.request({
      ...target,
      method: request.method,
      path: pathIn(written, url),
      headers: {
        ...headers,
        // A body says how long it is with every method: without that it would be taken for the next request.
        ...(coding === undefined ? {} : { "transfer-encoding": coding }),
        ...more,
        host: url.host,
        via: [...via, "1.1 natter"],
      },
      agent: false,
      setHost: false,
    })
  } catch {
    return { status: 400, why: "no request that can be passed on" }
  }
  let late = false
  let settled = false
  const giveUp = () => {
    late = true
    asked.destroy()
  }
  const connecting = setTimeout(giveUp, Duration.toMillis(settings.connectWithin))
  const settle = () => {
    settled = true
    clearTimeout(connecting)
    // From then on it may take its time: it has answered.
    asked.setTimeout(0)
  }
  asked.on("socket", (raw) => raw.once("connect", () => clearTimeout(connecting)))
  asked.setTimeout(Duration.toMillis(settings.answerWithin), giveUp)
  asked.once("response", settle)
  // Where nobody asked for another protocol, one that is answered with is no answer.
  if (more["upgrade"] !== undefined) asked.once("upgrade", settle)
  asked.on("error", () => {})
  // Whatever ended it, this comes last.
  asked.once("close", () => {
    clearTimeout(connecting)
    if (settled) return
    const how = late ? "did not answer in time" : "could not be reached, or answered no HTTP"
    fail({ status: late ? 504 : 502, why: `${format(target)} ${how}` })
  })
  return asked
}

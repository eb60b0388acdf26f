/**
 * What is wrong with a request that a parser of HTTP lets through: whatever one could read in two ways, as somebody in front
 * of the service may have done (RFC 9112, 11.2), and what nothing here has a use for.
 */
import type { IncomingMessage } from "node:http"

export type FaultyRequest = Pick<IncomingMessage, "method" | "url" | "httpVersion" | "headers" | "rawHeaders">

export interface Fault {
  readonly status: 400 | 415 | 431 | 501 | 505
  /** Safe to show to the client. */
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Headers of a request. Browsers send twenty. */
export const maxHeaders = 100

/** Node knows some forty, most of them of WebDAV. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** Where a second one says otherwise, it depends on the reader which counts; Node takes the first. */
const single = new Set(["host", "authorization", "content-type", "origin"])

/** Undefined where nothing is. */
export const faultOf = (request: FaultyRequest): Fault | undefined =>
  faultOfVersion(request) ?? faultOfHeaders(request.rawHeaders) ?? faultOfBody(request) ?? faultOfTarget(request)

const fault = (status: Fault["status"], detail: string, headers: Fault["headers"] = {}): Fault => ({
  status,
  detail,
  headers,
})

const faultOfVersion = ({ httpVersion, method = "" }: FaultyRequest): Fault | undefined => {
  // Of the others Node knows 0.9 and 2.0, which in these words nobody speaks.
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return fault(505, "HTTP/1.1 is spoken here")
  return methods.has(method) ? undefined : fault(501, `the methods here are ${[...methods].join(", ")}`)
}

const faultOfHeaders = (rawHeaders: ReadonlyArray<string>): Fault | undefined => {
  if (rawHeaders.length > 2 * maxHeaders) return fault(431, `a request has up to ${maxHeaders} headers`)
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase()
    if (!single.has(name)) continue
    if (seen.has(name)) return fault(400, `the header ${rawHeaders[at]} is there twice`)
    seen.add(name)
  }
  return undefined
}

const faultOfBody = ({ headers, httpVersion, method }: FaultyRequest): Fault | undefined => {
  const coding = headers["transfer-encoding"]
  if (coding !== undefined) {
    if (httpVersion === "1.0") return fault(400, "HTTP/1.0 has no Transfer-Encoding")
    if (coding.toLowerCase() !== "chunked") return fault(501, "the only Transfer-Encoding here is chunked")
  }
  const hasBody = coding !== undefined || Number(headers["content-length"] ?? 0) > 0
  if (hasBody && (method === "GET" || method === "HEAD")) return fault(400, `a ${method} has no body`)
  // Unpacked it could be of any size.
  const packed = (headers["content-encoding"] ?? "identity").toLowerCase() !== "identity"
  return packed ? fault(415, "send the body uncompressed", { "Accept-Encoding": "identity" }) : undefined
}

const faultOfTarget = ({ headers: { host }, httpVersion, method, url = "" }: FaultyRequest): Fault | undefined => {
  if (host === undefined ? httpVersion === "1.1" : !isHost(host)) {
    return fault(400, "the header Host has to be there once, and to name a host")
  }
  if (url.startsWith("/") || (url === "*" && method === "OPTIONS")) return undefined
  const [, authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? []
  if (authority === undefined) return fault(400, "what is asked for has to begin with / or http://")
  // It would count before Host, which is what everything here looks at.
  if (host !== undefined && authority.toLowerCase() === host.toLowerCase()) return undefined
  return fault(400, "the header Host does not name the host that is asked")
}

/** Only a host and perhaps a port. */
const isHost = (host: string): boolean => /^[^/?#@\\,\s]+$/.test(host) && URL.canParse(`http://${host}`)

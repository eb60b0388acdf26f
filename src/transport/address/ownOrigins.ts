import type { Request } from "./Forwarded.ts"
import { type Headers, valueOf } from "./internal/headers.ts"
import { forwarded } from "./internal/hops.ts"
import type { ProxySettings } from "./ProxySettings.ts"

/**
 * The origins whose pages are our own, going by how the request got here: scheme, host and port, as browsers write them. A
 * trusted proxy may have another name and TLS, and say so; where it does not say whether it has TLS, both schemes are ours.
 * Whoever is no browser can write any of these headers, and any `Origin`; a page cannot.
 */
export const ownOrigins = (
  { encrypted, headers, peer }: Request & { readonly encrypted: boolean },
  { header, trusted }: Pick<ProxySettings, "header" | "trusted">,
): ReadonlySet<string> => {
  const hosts = listOf(headers, "host")
  const schemes: Array<string> = []
  const proxied = header !== "off" && trusted.trusts(peer)
  if (proxied && (header === "any" || header === "forwarded")) {
    for (const { host, proto } of forwarded(valueOf(headers, "forwarded") ?? "")) {
      if (host !== undefined) hosts.push(host)
      if (proto !== undefined) schemes.push(proto)
    }
  }
  if (proxied && header !== "forwarded") {
    hosts.push(...listOf(headers, "x-forwarded-host"))
    schemes.push(...listOf(headers, "x-forwarded-proto"))
  }
  const over = schemes.flatMap((scheme) => schemeOf.get(scheme.toLowerCase()) ?? [])
  if (over.length === 0) over.push(...(proxied ? ["http", "https"] : [encrypted ? "https" : "http"]))
  return new Set(over.flatMap((scheme) => hosts.flatMap((host) => originOf(scheme, host) ?? [])))
}

/** Some proxies call it by what the request asks for. */
const schemeOf = new Map([
  ["http", "http"],
  ["ws", "http"],
  ["https", "https"],
  ["wss", "https"],
])

const maxEntries = 16

const listOf = (headers: Headers, name: string): Array<string> =>
  (valueOf(headers, name)?.split(",", maxEntries) ?? []).map((entry) => entry.trim())

/** In small letters, without the port that the scheme has by itself. */
const originOf = (scheme: string, host: string): string | undefined =>
  /^[^\s/?#@\\%]{1,300}$/.test(host) ? URL.parse(`${scheme}://${host}`)?.origin : undefined

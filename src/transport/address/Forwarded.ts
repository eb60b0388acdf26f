/** Who is behind the proxies that an HTTP request came through. */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { type Headers, valueOf } from "./internal/headers.ts"
import { addressIn, forwarded, type Hop, listed } from "./internal/hops.ts"
import type { ProxySettings } from "./ProxySettings.ts"
import type { TrustedNetworks } from "../../domain/TrustedNetworks.ts"

export interface Request {
  /** Who opened the connection, as far as that is known: behind a PROXY header, what that says. */
  readonly peer: string
  readonly headers: Headers
}

/** Two headers name two clients: one of them is a stranger's, and which, nobody knows. To be answered with 400. */
export class ForwardedConflict extends Data.TaggedError("ForwardedConflict")<{
  readonly headers: readonly [string, string]
}> {
  override get message(): string {
    const [one, other] = this.headers
    return `${one} and ${other} name different clients: let the proxy remove the one that it does not write, or say with proxies.header which one counts`
  }
}

/**
 * The address that counts for limits, bans and logs: from the peer on, as long as the one who speaks is trusted, who came to
 * it. Where that says nothing one can use, its own. Nothing counts that somebody says who is not trusted.
 */
export const realAddress = (
  { headers, peer }: Request,
  { header, trusted }: Pick<ProxySettings, "header" | "trusted">,
): Result.Result<string, ForwardedConflict> => {
  const [first, ...others] = trusted.trusts(peer) ? chains(peer, headers, header, trusted) : []
  if (first === undefined) return Result.succeed(peer)
  const client = first.chain.at(-1)!
  for (const { chain, name } of others) {
    const said = chain.at(-1)!
    // X-Real-IP is who came to the proxy that writes it, which may be another proxy.
    const agrees = said === client || (name === "X-Real-IP" && first.chain.includes(said, 1))
    if (!agrees) return Result.fail(new ForwardedConflict({ headers: [first.name, name] }))
  }
  return Result.succeed(client)
}

const names = ["Forwarded", "X-Forwarded-For", "X-Real-IP"] as const
type Name = (typeof names)[number]

/** What each header comes to that says something. */
const chains = (peer: string, headers: Headers, header: ProxySettings["header"], trusted: TrustedNetworks) =>
  names.flatMap((name) => {
    const key = name.toLowerCase()
    const text = header === "any" || header === key ? valueOf(headers, key) : undefined
    const chain = text === undefined ? [] : chainOf(peer, hopsIn(name, text), trusted)
    return chain.length === 0 ? [] : [{ name, chain }]
  })

const hopsIn = (name: Name, text: string): Iterable<Hop> => {
  switch (name) {
    case "Forwarded":
      return forwarded(text)
    case "X-Forwarded-For":
      return listed(text)
    case "X-Real-IP":
      return [{ address: addressIn(text.trim()), named: true }]
  }
}

/** The peer, and whoever is behind it as far as trust reaches; empty where nothing is said about addresses. */
const chainOf = (peer: string, hops: Iterable<Hop>, trusted: TrustedNetworks): ReadonlyArray<string> => {
  const chain: Array<string> = []
  for (const { address, named } of hops) {
    if (chain.length === 0) {
      if (!named) return []
      chain.push(peer)
    }
    if (address === undefined || !trusted.believes(chain.at(-1)!, address)) return chain
    chain.push(address)
  }
  return chain
}

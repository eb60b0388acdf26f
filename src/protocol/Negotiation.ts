import type * as Compression from "./Compression.ts"
import type { ConnectRequest } from "./Connect.ts"
import * as Encoding from "./Encoding.ts"
import type { Framing } from "./Framing.ts"
import * as Version from "./Version.ts"

/** What the server is ready to offer. */
export interface Offer {
  /** Undefined where compression is off. */
  readonly compressor: Compression.Compressor | undefined
  /** The connection's; it is not negotiated. */
  readonly framing: Framing
  /** What the connection was opened for: version and codec are settled then. */
  readonly agreed?: Encoding.Encoding | undefined
}

/** The capabilities this server has; what a client names and is not here is passed over. */
export const capabilities = ["typing", "status", "resume"] as const

export type Outcome =
  | { readonly encoding: Encoding.Encoding; readonly capabilities: ReadonlyArray<string> }
  | { readonly unsupported: string }

/** Chooses for a client: the highest common version, and of each list the client's first that is known. */
export const negotiate = (request: ConnectRequest, offer: Offer): Outcome => {
  const highest = Version.parse(request.version)
  const lowest = Version.parse(request.min_version ?? request.version)
  if (highest === undefined || lowest === undefined) {
    return { unsupported: `version must look like "${Version.format(Version.latest)}"` }
  }
  const { agreed } = offer
  const version = Version.choose(lowest, Math.min(highest, agreed?.version ?? Version.latest))
  if (agreed !== undefined && version !== agreed.version) {
    return { unsupported: `this connection was opened for version ${Version.format(agreed.version)}` }
  }
  if (version === undefined) {
    return { unsupported: `versions 1.0 to ${Version.format(Version.latest)} are spoken here` }
  }
  if (version === 1) return { encoding: Encoding.server1In(offer.framing), capabilities: [] }
  const known: ReadonlyArray<string> = capabilities
  const common = (request.capabilities ?? []).filter((name) => known.includes(name))
  // What carries text alone has one way to write it.
  if (offer.framing.textOnly === true)
    return { encoding: Encoding.server2("json", undefined, offer.framing), capabilities: common }
  const wanted = (request.codecs ?? []).find((name) => name === "json" || name === "msgpack") ?? "json"
  const codec = agreed?.codec ?? wanted
  const compressor = (request.compression ?? []).includes(offer.compressor?.name ?? "") ? offer.compressor : undefined
  return { encoding: Encoding.server2(codec, compressor, offer.framing), capabilities: common }
}

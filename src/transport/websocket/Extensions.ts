/** What is agreed on in `Sec-WebSocket-Extensions`: permessage-deflate (RFC 7692, 7.1), and nothing else. */

interface Offer {
  readonly name: string
  /** In their order, as often as they are named; undefined where there is no value. */
  readonly parameters: ReadonlyArray<readonly [name: string, value: string | undefined]>
}

/** RFC 9110, 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const quoted = /^"((?:[^"\\]|\\.)*)"$/

export const isToken = (text: string): boolean => token.test(text)

/** A quoted value has to be a token as well, so that no comma and no semicolon can be inside one (RFC 6455, 9.1). */
const valueOf = (text: string): string => {
  const inside = quoted.exec(text)?.[1]
  return inside === undefined ? text : inside.replaceAll(/\\(.)/g, "$1")
}

/** What the header offers, in its order; undefined where it is against its grammar, which fails the handshake. */
export const parseOffers = (header: string): ReadonlyArray<Offer> | undefined => {
  const offers: Array<Offer> = []
  for (const part of header.split(",")) {
    const [name, ...rest] = part.split(";").map((piece) => piece.trim())
    const parameters = rest.map((piece) => {
      const at = piece.indexOf("=")
      return at < 0
        ? ([piece, undefined] as const)
        : ([piece.slice(0, at).trim(), valueOf(piece.slice(at + 1).trim())] as const)
    })
    const isRight = parameters.every(([key, value]) => isToken(key) && (value === undefined || isToken(value)))
    if (!isToken(name!) || !isRight) return undefined
    offers.push({ name: name!, parameters })
  }
  return offers
}

const windowBits = /^([89]|1[0-5])$/

/** Which values each parameter of an offer may have. */
const known: Readonly<Record<string, (value: string | undefined) => boolean>> = {
  server_no_context_takeover: (value) => value === undefined,
  client_no_context_takeover: (value) => value === undefined,
  // Everything is compressed once for all, so with the largest window: an offer of a smaller one cannot be served.
  server_max_window_bits: (value) => value === "15",
  client_max_window_bits: (value) => value === undefined || windowBits.test(value),
}

const answer = ({ name, parameters }: Offer): string | undefined => {
  const names = parameters.map(([key]) => key)
  const canBeServed =
    name === "permessage-deflate" &&
    new Set(names).size === names.length &&
    parameters.every(([key, value]) => Object.hasOwn(known, key) && known[key]!(value))
  if (!canBeServed) return undefined
  const window = names.includes("server_max_window_bits") ? "; server_max_window_bits=15" : ""
  return `permessage-deflate; server_no_context_takeover; client_no_context_takeover${window}`
}

/** What to answer to the first offer that can be served: no context is taken over in either direction. */
export const agree = (offers: ReadonlyArray<Offer>): string | undefined =>
  offers.map(answer).find((one) => one !== undefined)

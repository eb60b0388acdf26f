import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

/** What an argon2id hash costs: memory in KiB, passes over it, lanes. */
export interface Cost {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** A parsed hash string in the "PHC" form: `$argon2id$v=19$m=19456,t=2,p=1$salt$key`. */
export interface Phc {
  readonly cost: Cost
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

/** The highest cost that a stored hash may ask for: somebody else may have written to the database. */
const maxCost: Cost = { memory: 256 * 1024, passes: 10, parallelism: 16 }

const form = /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

// PHC strings leave the padding out.
const encode = (bytes: Uint8Array) => Base64.encode(bytes).replace(/=+$/, "")
const decode = (text: string) => Base64.decode(text.padEnd(Math.ceil(text.length / 4) * 4, "="))

export const format = ({ cost, salt, key }: Phc): string =>
  `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(salt)}$${encode(key)}`

/** Nothing if the text has another form or asks for more than `maxCost`. */
export const parse = (text: string): Phc | undefined => {
  const match = form.exec(text)
  if (match === null) return undefined
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number]
  const within =
    memory <= maxCost.memory &&
    passes >= 1 &&
    passes <= maxCost.passes &&
    parallelism >= 1 &&
    parallelism <= maxCost.parallelism &&
    memory >= 8 * parallelism
  const salt = decode(match[4]!)
  const key = decode(match[5]!)
  if (!within || Result.isFailure(salt) || Result.isFailure(key)) return undefined
  return { cost: { memory, passes, parallelism }, salt: salt.success, key: key.success }
}

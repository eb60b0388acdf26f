/** Networks by their addresses, as an operator names them: those of proxies whose word counts, or that webhooks may reach. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AddressRange, isWithin, type Prefix, prefixOf } from "./AddressRange.ts"
import { parse as parseAddress } from "./IpAddress.ts"
import { isLoopback, unixPeer } from "./Network.ts"

const none = "none"

const maxLength = 4096

/** Words for what would be long to write. */
const words: Readonly<Record<string, ReadonlyArray<string>>> = {
  loopback: ["127.0.0.0/8", "::1"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
  [unixPeer]: [],
}

export class TrustedNetworks {
  /** As it is written: addresses, ranges and words between commas, or `none`. */
  readonly text: string
  readonly #prefixes: ReadonlyArray<Prefix>
  readonly #unix: boolean

  private constructor(parts: ReadonlyArray<string>, prefixes: ReadonlyArray<Prefix>) {
    this.text = parts.length === 0 ? none : parts.join(", ")
    this.#prefixes = prefixes
    this.#unix = parts.includes(unixPeer)
  }

  static readonly none = new TrustedNetworks([], [])

  static readonly forms =
    "none, or between commas: addresses, ranges of them (10.0.0.0/8, 2001:db8::/32), loopback, private, unix"

  /** Or what is wrong with it. */
  static parse(text: string): Result.Result<TrustedNetworks, string> {
    if (text.length > maxLength) return Result.fail(`it is longer than ${maxLength} characters`)
    const parts = text.split(",").map((part) => part.trim().toLowerCase())
    if (parts.length === 1 && parts[0] === none) return Result.succeed(TrustedNetworks.none)
    const prefixes: Array<Prefix> = []
    for (const part of parts) {
      for (const range of Object.hasOwn(words, part) ? words[part]! : [part]) {
        const prefix = isAddressRange(range) ? prefixOf(range) : undefined
        if (prefix === undefined) return Result.fail(wrong(part))
        prefixes.push(prefix)
      }
    }
    return Result.succeed(new TrustedNetworks(parts, prefixes))
  }

  trusts(address: string): boolean {
    if (address === unixPeer) return this.#unix
    if (this.#prefixes.length === 0) return false
    const ip = parseAddress(address)
    return ip !== undefined && this.#prefixes.some((prefix) => isWithin(ip, prefix))
  }

  /**
   * Whether `peer` is to be believed that it speaks for `claimed`. Nobody on another machine speaks for loopback, which is
   * exempt from limits: that would be the other machine's own.
   */
  believes(peer: string, claimed: string): boolean {
    return this.trusts(peer) && (!isLoopback(claimed) || isLoopback(peer) || peer === unixPeer)
  }
}

const isAddressRange = Schema.is(AddressRange)

const wrong = (part: string): string => {
  if (part === "") return "there is nothing between two commas, or before or behind one"
  if (part === none) return `${none} stands alone`
  if (/^\[.*\]$/.test(part)) return `write ${part} without its brackets`
  if (part.includes("%")) return `${part}: a range is the same in every network, so leave the % and what follows it out`
  if (/^[\d.]+:\d+$/.test(part)) return `${part}: leave the port out`
  return `${part.slice(0, 100)} is neither an address nor a range of them`
}

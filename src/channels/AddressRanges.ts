/** IP addresses and the ranges they lie in. */
import type { AddressRange } from "../domain/AddressRange.ts"

interface Bits {
  readonly width: 32 | 128
  readonly value: bigint
}

const ipv4 = (text: string): bigint | undefined => {
  const parts = text.split(".")
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined
  }
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

/** `::` stands for as many groups of zeros as are missing. */
const ipv6 = (text: string): bigint | undefined => {
  const tail = text.slice(text.lastIndexOf(":") + 1)
  const embedded = tail.includes(".") ? ipv4(tail) : undefined
  if (tail.includes(".") && embedded === undefined) return undefined
  const plain =
    embedded === undefined
      ? text
      : `${text.slice(0, -tail.length)}${(embedded >> 16n).toString(16)}:${(embedded & 0xffffn).toString(16)}`
  const halves = plain.split("::")
  if (halves.length > 2) return undefined
  const [head = [], rest] = halves.map((half) => (half === "" ? [] : half.split(":")))
  const missing = 8 - head.length - (rest?.length ?? 0)
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array<string>(rest === undefined ? 0 : missing).fill("0"), ...(rest ?? [])]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

/** `::ffff:192.0.2.7` is the same as `192.0.2.7`: the first 96 bits of every address of that kind. */
const mapped = 0xffffn << 32n

const addressBits = (text: string): Bits | undefined => {
  if (!text.includes(":")) {
    const value = ipv4(text)
    return value === undefined ? undefined : { width: 32, value }
  }
  const value = ipv6(text.split("%")[0]!)
  if (value === undefined) return undefined
  return value >> 32n === mapped >> 32n ? { width: 32, value: value & 0xffffffffn } : { width: 128, value }
}

/** How many of the first bits are of the range; the others are of no matter. */
const rangeBits = (range: string): (Bits & { readonly rest: bigint }) | undefined => {
  const [address = "", length] = range.split("/")
  const bits = addressBits(address)
  if (bits === undefined) return undefined
  // Of a mapped address the length counts the mapping, too.
  const surplus = bits.width === 32 && address.includes(":") ? 96 : 0
  const prefix = length === undefined ? bits.width : Number(length) - surplus
  return prefix < 0 || prefix > bits.width ? undefined : { ...bits, rest: BigInt(bits.width - prefix) }
}

/** Whether it is one at all: what looks like one may have a number that is too large. */
export const isRange = (range: AddressRange): boolean => rangeBits(range) !== undefined

/** Whom a limit by address counts: an IPv6 address is one of a whole /64 that are the same one's. */
export const networkOf = (address: string): string => {
  const bits = addressBits(address)
  return bits === undefined || bits.width === 32 ? address : `${(bits.value >> 64n).toString(16)}::/64`
}

/** Whether an address lies in a range. What is no address lies in none. */
export const contains = (range: AddressRange, address: string): boolean => {
  const bits = addressBits(address)
  const wanted = rangeBits(range)
  if (bits === undefined || wanted === undefined || bits.width !== wanted.width) return false
  return bits.value >> wanted.rest === wanted.value >> wanted.rest
}

import * as Schema from "effect/Schema"
import { type IpAddress, parse } from "./IpAddress.ts"
import { addressRange } from "./Rules.ts"

/** IP addresses that begin alike, in CIDR notation; one address alone is a range of one. Whether it is one, `isRange` says. */
export const AddressRange = Schema.String.check(
  Schema.isPattern(addressRange.pattern, {
    title: "AddressRange",
    description: addressRange.expected,
    message: addressRange.expected,
  }),
).pipe(Schema.brand("AddressRange"))
export type AddressRange = typeof AddressRange.Type

/** A range read once, for whoever asks often. */
export interface Prefix extends IpAddress {
  /** How many of the last bits are of no matter. */
  readonly rest: bigint
}

/** Undefined where it is no range: what looks like one may have a number that is too large. */
export const prefixOf = (range: AddressRange): Prefix | undefined => {
  const [address = "", length] = range.split("/")
  const ip = parse(address)
  if (ip === undefined) return undefined
  // Of a mapped address the length counts the mapping, too.
  const surplus = ip.width === 32 && address.includes(":") ? 96 : 0
  const prefix = length === undefined ? ip.width : Number(length) - surplus
  return prefix < 0 || prefix > ip.width ? undefined : { ...ip, rest: BigInt(ip.width - prefix) }
}

export const isWithin = (ip: IpAddress, prefix: Prefix): boolean =>
  ip.width === prefix.width && ip.value >> prefix.rest === prefix.value >> prefix.rest

export const isRange = (range: AddressRange): boolean => prefixOf(range) !== undefined

/** Whether an address lies in a range. What is no address lies in none. */
export const contains = (range: AddressRange, address: string): boolean => {
  const ip = parse(address)
  const prefix = prefixOf(range)
  return ip !== undefined && prefix !== undefined && isWithin(ip, prefix)
}

/** Whom a limit by address counts: an IPv6 address is one of a whole /64 that are the same one's. */
export const networkOf = (address: string): string => {
  const ip = parse(address)
  return ip === undefined || ip.width === 32 ? address : `${(ip.value >> 64n).toString(16)}::/64`
}

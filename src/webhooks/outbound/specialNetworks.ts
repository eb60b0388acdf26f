/**
 * Addresses that are nobody's on the internet: loopback, private and link-local networks, where a machine has its
 * neighbours and a cloud its metadata, and what is for documents, tests and groups (the registries of IANA for special
 * purposes, RFC 6890).
 */
import { AddressRange, isWithin, type Prefix, prefixOf } from "../../domain/AddressRange.ts"
import type { IpAddress } from "../../domain/IpAddress.ts"

const prefixes = (...ranges: ReadonlyArray<string>): ReadonlyArray<Prefix> =>
  ranges.map((range) => prefixOf(AddressRange.make(range))!)

const special4 = prefixes(
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
)

/** All of IPv6 that is given to networks. Within it are tunnels, whose end is any IPv4 address, and documents. */
const [global6] = prefixes("2000::/3")
const special6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

/** IPv4 behind a translator (RFC 6052): the last 32 bits say where it goes. */
const [translated] = prefixes("64:ff9b::/96")

/** Whether an address is one of the internet. Of a mapped IPv4 address, `IpAddress.parse` has made that address. */
export const isPublic = (ip: IpAddress): boolean => {
  if (ip.width === 32) return !special4.some((prefix) => isWithin(ip, prefix))
  if (isWithin(ip, translated!)) return isPublic({ width: 32, value: ip.value & 0xffffffffn })
  return isWithin(ip, global6!) && !special6.some((prefix) => isWithin(ip, prefix))
}

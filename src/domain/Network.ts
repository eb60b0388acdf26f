import { format, groups, parse } from "./IpAddress.ts"

/**
 * The part of an address that a machine can't choose for itself: an IPv4 address, or
 * the first 64 bits of an IPv6 address. Anything else is taken as it is.
 */
export const network = (address: string): string => {
  const ip = parse(address)
  if (ip === undefined) return address
  return ip.width === 32 ? format(ip) : `${groups(ip.value).slice(0, 4).join(":")}::/64`
}

/** The address of a peer that has none, since it came over a socket in the file system. */
export const unixPeer = "unix"

/** Whether a peer is on this machine. */
export const isLocal = (address: string): boolean => address === unixPeer || isLoopback(address)

export const isLoopback = (address: string): boolean => {
  const ip = parse(address)
  return ip !== undefined && (ip.width === 32 ? ip.value >> 24n === 127n : ip.value === 1n)
}

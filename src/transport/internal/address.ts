import * as Net from "node:net"

/** An IPv4 peer of a dual-stack listener is written as IPv4. */
export const plainAddress = (address: string): string =>
  address.startsWith("::ffff:") && Net.isIPv4(address.slice(7)) ? address.slice(7) : address

const loopback = new Net.BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

export const isLoopback = (address: string): boolean =>
  Net.isIP(address) !== 0 && loopback.check(address, Net.isIPv6(address) ? "ipv6" : "ipv4")

/** Whom a limit per address counts: an IPv6 peer owns its whole /64, so that is one. */
export const addressGroup = (address: string): string => {
  if (!Net.isIPv6(address)) return address
  const [head = "", tail] = address.split("%")[0]!.split("::")
  const front = head === "" ? [] : head.split(":")
  const back = tail === undefined || tail === "" ? [] : tail.split(":")
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length
  const groups = [...front, ...Array.from({ length: zeros }, () => "0"), ...back]
  return `${groups.slice(0, 4).join(":")}::/64`
}

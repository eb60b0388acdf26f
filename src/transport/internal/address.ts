import * as Net from "node:net"

/** An IPv4 peer of a dual-stack listener is written as IPv4. */
export const plainAddress = (address: string): string =>
  address.startsWith("::ffff:") && Net.isIPv4(address.slice(7)) ? address.slice(7) : address

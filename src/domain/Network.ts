/**
 * The part of an address that a machine can't choose for itself: an IPv4 address, or
 * the first 64 bits of an IPv6 address. Anything else is taken as it is.
 */
export const network = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped !== null) return mapped[1]!
  if (!address.includes(":")) return address
  const [head = "", tail] = address.toLowerCase().split("%")[0]!.split("::")
  const groups = head === "" ? [] : head.split(":")
  // "::" stands for as many zero groups as are missing.
  const rest = tail === undefined || tail === "" ? [] : tail.split(":")
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length)
  return (
    [...groups, ...Array<string>(zeros).fill("0"), ...rest]
      .slice(0, 4)
      .map((group) => group.replace(/^0+(?=.)/, ""))
      .join(":") + "::/64"
  )
}

export const isLoopback = (address: string): boolean =>
  address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(network(address))

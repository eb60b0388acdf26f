/** IP addresses as numbers: what their many spellings have in common. */

export interface IpAddress {
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

/** The address that 128 bits of IPv6 are: an IPv4 address, if they hold one. */
export const fromIpv6 = (value: bigint): IpAddress =>
  value >> 32n === mapped >> 32n ? { width: 32, value: value & 0xffffffffn } : { width: 128, value }

/** The longest there is, with a zone. */
const maxLength = 64

/** In whatever spelling. The zone of a local address (`%eth0`) says which network it is in, and is left out. */
export const parse = (text: string): IpAddress | undefined => {
  if (text.length > maxLength) return undefined
  if (!text.includes(":")) {
    const value = ipv4(text)
    return value === undefined ? undefined : { width: 32, value }
  }
  const value = ipv6(text.split("%")[0]!)
  return value === undefined ? undefined : fromIpv6(value)
}

/** The groups of an IPv6 address, without zeros in front. */
export const groups = (value: bigint): ReadonlyArray<string> =>
  Array.from({ length: 8 }, (_, n) => ((value >> BigInt(16 * (7 - n))) & 0xffffn).toString(16))

/** As everybody writes it (RFC 5952): the longest run of zeros, the first if there are several, is `::`. */
export const format = ({ value, width }: IpAddress): string => {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".")
  const text = groups(value).join(":")
  const longest = [...text.matchAll(/\b0(?::0)+\b/g)].reduce<RegExpExecArray | undefined>(
    (best, run) => (best === undefined || run[0].length > best[0].length ? run : best),
    undefined,
  )
  if (longest === undefined) return text
  const [before, after] = [text.slice(0, longest.index), text.slice(longest.index + longest[0].length)]
  return `${before.replace(/:$/, "")}::${after.replace(/^:/, "")}`
}

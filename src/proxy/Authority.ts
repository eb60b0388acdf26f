/** Hosts with ports, as they are written in requests and flags, and which of them may be reached. */
import * as Net from "node:net"
import type { Address } from "../domain/Address.ts"

/** An undefined `port` permits any. */
export interface Permission {
  readonly host: string
  readonly port: number | undefined
}

const hostPattern = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::(\d{1,5}|\*))?$/i

const split = (text: string) => {
  const [, six, name, port] = hostPattern.exec(text) ?? []
  const host = (six ?? name)?.toLowerCase()
  return host === undefined || (six !== undefined && !Net.isIPv6(six)) ? undefined : { host, port }
}

const portOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? Number(text) : undefined

/** `host:port`; IPv6 in brackets. */
export const authority = (text: string, otherwise?: number): Address | undefined => {
  const parts = split(text)
  const port = parts?.port === undefined ? otherwise : portOf(parts.port)
  return parts === undefined || port === undefined ? undefined : { host: parts.host, port }
}

/** `host:port`, or `host:*` for any port. */
export const permission = (text: string): Permission | undefined => {
  const parts = split(text)
  if (parts?.port === "*") return { host: parts.host, port: undefined }
  return authority(text)
}

const loopback = new Net.BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

// Other names are not resolved: a name server could answer with a loopback address now, and with another one later.
const isLoopback = (host: string): boolean =>
  host === "localhost" || (Net.isIP(host) !== 0 && loopback.check(host, Net.isIPv6(host) ? "ipv6" : "ipv4"))

export const mayReach = (
  { host, port }: Address,
  allow: ReadonlyArray<Permission>,
  except: ReadonlyArray<number>,
): boolean =>
  isLoopback(host)
    ? !except.includes(port)
    : allow.some((one) => one.host === host && (one.port === undefined || one.port === port))

/** Where to listen: `host:port`. Port 0 is any free port. */
export const bindAddress = (text: string): Address | undefined => {
  const parts = split(text)
  return parts?.port === "0" ? { host: parts.host, port: 0 } : authority(text)
}

/** Where a server listens, as people write it: `host:port`, `:port` for this machine, `[::1]:port` for IPv6. */
import * as Result from "effect/Result"
import { type Address, format } from "../domain/Address.ts"

export { type Address, format }

/** The default address of a server. */
export const local: Address = { host: "127.0.0.1", port: 8080 }

/** How an address is written, for messages and help. */
export const forms = "host:port, :port or [::1]:port"

const pattern = /^(?:\[([0-9A-Fa-f:.]+(?:%\w+)?)\]|([^\s:/[\]@]*)):(\d{1,5})$/

const bareIPv6 = /^(?=(?:[^:]*:){2})[0-9A-Fa-f:.]+$/

/** Whether it looks like an IPv6 address without brackets, with a port or none. */
export const isBareIPv6 = (text: string): boolean => bareIPv6.test(text)

/** An IPv6 address with its brackets. The last group is taken for a port, where it can be one. */
const bracketed = (text: string): string => {
  const [, host = text, digits] = /^(.*(?:[0-9A-Fa-f]|::)):([1-9]\d{3,4})$/.exec(text) ?? []
  return format({ host, port: Number(digits ?? local.port) })
}

/** Fails with a line that says how to write it. */
export const parse = (text: string): Result.Result<Address, string> => {
  const match = pattern.exec(text)
  if (match === null) return Result.fail(isBareIPv6(text) ? `write ${bracketed(text)}` : `write it as ${forms}`)
  const [, v6, name, digits] = match
  const port = Number(digits)
  if (port < 1 || port > 65_535) return Result.fail("a port is a number from 1 to 65535")
  return Result.succeed({ host: v6 ?? (name || local.host), port })
}

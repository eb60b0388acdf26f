/** Where a server listens, and over what it is reached, as people write it. */
import * as Result from "effect/Result"
import * as Domain from "../domain/Address.ts"
import { parseUrl, paths, type WebAddress } from "./WebAddress.ts"

export type Address =
  /** Over TCP, where nothing else is said. */
  | (Domain.Address & { readonly over?: undefined })
  | (Domain.Address & { readonly over: "tls" })
  | WebAddress
  | { readonly over: "unix"; readonly path: string }

/** The default address of a server. */
export const local: Domain.Address = { host: "127.0.0.1", port: 8080 }

/** Whether the server shows a certificate there. */
export const isOverTls = (address: Address): boolean =>
  address.over === "tls" || ("url" in address && /^(wss|https):/.test(address.url))

/** How an address is written, for messages and help. */
export const forms = "host:port, :port, [::1]:port, tls://host:port, wss://host, https://host or unix:/path"

/** What `parse` makes the same address of, in short. */
export const format = (address: Address): string => {
  switch (address.over) {
    case undefined:
      return Domain.format(address)
    case "tls":
      return `tls://${Domain.format(address)}`
    case "websocket":
    case "sse": {
      // Browsers know no origin of some schemes.
      const { host, pathname, protocol, search } = new URL(address.url)
      return `${protocol}//${host}${pathname === paths[address.over] && search === "" ? "" : pathname + search}`
    }
    case "unix":
      return `unix:${address.path}`
  }
}

const pattern = /^(?:\[([0-9A-Fa-f:.]+(?:%\w+)?)\]|([^\s:/[\]@]*)):(\d{1,5})$/

const bareIPv6 = /^(?=(?:[^:]*:){2})[0-9A-Fa-f:.]+$/

/** Whether it looks like an IPv6 address without brackets, with a port or none. */
export const isBareIPv6 = (text: string): boolean => bareIPv6.test(text)

/** An IPv6 address with its brackets. The last group is taken for a port, where it can be one. */
const bracketed = (text: string): string => {
  const [, host = text, digits] = /^(.*(?:[0-9A-Fa-f]|::)):([1-9]\d{3,4})$/.exec(text) ?? []
  return Domain.format({ host, port: Number(digits ?? local.port) })
}

const hostAndPort = (text: string, forms: string): Result.Result<Domain.Address, string> => {
  const match = pattern.exec(text)
  if (match === null) return Result.fail(isBareIPv6(text) ? `write ${bracketed(text)}` : `write it as ${forms}`)
  const [, v6, name, digits] = match
  const port = Number(digits)
  if (port < 1 || port > 65_535) return Result.fail("a port is a number from 1 to 65535")
  return Result.succeed({ host: v6 ?? (name || local.host), port })
}

/** Fails with a line that says how to write it. */
export const parse = (text: string): Result.Result<Address, string> => {
  const url = parseUrl(text)
  if (url !== undefined) return url
  const [, secured] = /^tls:\/\/(.*)$/is.exec(text) ?? []
  if (secured !== undefined) {
    return hostAndPort(secured, "tls://host:port").pipe(
      Result.map((address) => ({ over: "tls" as const, ...address })),
      Result.mapError((hint) => hint.replace(/^write \[/, "write tls://[")),
    )
  }
  const [, path] = /^unix:(?:\/\/)?(\/.+)$/is.exec(text) ?? []
  if (path !== undefined) return Result.succeed({ over: "unix", path })
  if (/^unix:(\/|$)/i.test(text)) return Result.fail("write it as unix:/path")
  return hostAndPort(text, forms)
}

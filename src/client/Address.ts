/** Where a server listens, and over what it is reached, as people write it. */
import * as Result from "effect/Result"
import * as Domain from "../domain/Address.ts"

export type Address =
  /** Over TCP, where nothing else is said. */
  | (Domain.Address & { readonly over?: undefined })
  | (Domain.Address & { readonly over: "tls" })
  | {
      readonly over: "websocket" | "sse"
      readonly host: string
      /** With its path, and over TLS or not by its scheme. */
      readonly url: string
    }
  | { readonly over: "unix"; readonly path: string }

/** The default address of a server. */
export const local: Domain.Address = { host: "127.0.0.1", port: 8080 }

/** Whether the server shows a certificate there. */
export const isOverTls = (address: Address): boolean =>
  address.over === "tls" || ("url" in address && /^(wss|https):/.test(address.url))

/** How an address is written, for messages and help. */
export const forms = "host:port, :port, [::1]:port, tls://host:port, wss://host, https://host or unix:/path"

/** Over HTTP a server is found at these paths, where an address names none. */
const paths = { websocket: "/ws", sse: "/sse" } as const

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

const overs = { ws: "websocket", wss: "websocket", http: "sse", https: "sse" } as const

const inUrl = (scheme: keyof typeof overs, text: string): Result.Result<Address, string> => {
  const over = overs[scheme]
  const example = `${scheme}://chat.example.org${paths[over]}`
  // What a URL makes of a wrong one is another one: spaces, for example, go.
  if (!/^\w+:\/\/[^\s/?#\\]+([/?#][^\s\\]*)?$/.test(text) || !URL.canParse(text))
    return Result.fail(`write it as ${example}`)
  const url = new URL(text)
  if (url.username !== "" || url.password !== "") {
    return Result.fail("it has a name or a password in it: they are given when signing in")
  }
  if (url.port === "0") return Result.fail("a port is a number from 1 to 65535")
  if (text.includes("#")) return Result.fail(`leave out what begins with #: write it as ${example}`)
  if (!/^\w+:\/\/[^/?]+\//.test(text)) url.pathname = paths[over]
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1")
  return Result.succeed({ over, host, url: url.href })
}

/** Fails with a line that says how to write it. */
export const parse = (text: string): Result.Result<Address, string> => {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? []
  const name = scheme.toLowerCase()
  switch (name) {
    case "ws":
    case "wss":
    case "http":
    case "https":
      return inUrl(name, text)
    case "tls":
      return hostAndPort(rest, "tls://host:port").pipe(
        Result.map((address) => ({ over: name, ...address })),
        Result.mapError((hint) => hint.replace(/^write \[/, "write tls://[")),
      )
  }
  const [, path] = /^unix:(?:\/\/)?(\/.+)$/is.exec(text) ?? []
  if (path !== undefined) return Result.succeed({ over: "unix", path })
  if (/^unix:(\/|$)/i.test(text)) return Result.fail("write it as unix:/path")
  return hostAndPort(text, forms)
}

/** A URL with the path that a server has by default, where it names none. What is no URL stays as it is. */
export const withPath = (text: string): string => {
  const address = Result.getOrUndefined(parse(text))
  return address !== undefined && "url" in address ? address.url : text
}

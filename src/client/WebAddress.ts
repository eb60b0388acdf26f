/** Addresses over HTTP, which are all that a browser can reach. */
import * as Result from "effect/Result"

export interface WebAddress {
  readonly over: "websocket" | "sse"
  readonly host: string
  /** With its path, and over TLS or not by its scheme. */
  readonly url: string
}

/** A server is found at these paths, where an address names none. */
export const paths = { websocket: "/ws", sse: "/sse" } as const

const overs = { ws: "websocket", wss: "websocket", http: "sse", https: "sse" } as const

const inUrl = (scheme: keyof typeof overs, text: string): Result.Result<WebAddress, string> => {
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

/** Fails with a line that says how to write it; undefined where the text is an address of another kind, or none. */
export const parseUrl = (text: string): Result.Result<WebAddress, string> | undefined => {
  const scheme = /^(wss?|https?):\/\//i.exec(text)?.[1]!.toLowerCase()
  return scheme === undefined ? undefined : inUrl(scheme as keyof typeof overs, text)
}

/** A URL with the path that a server has by default, where it names none. What is no URL stays as it is. */
export const withPath = (text: string): string => {
  const address = parseUrl(text)
  return address?._tag === "Success" ? address.success.url : text
}

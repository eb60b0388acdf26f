/** The token of a session as a cookie, for pages: no script can read it, and no other site sends it. */
import * as Redacted from "effect/Redacted"
import type { IncomingMessage } from "node:http"
import * as Network from "../domain/Network.ts"
import type { WebClient } from "../domain/WebClient.ts"

/** Browsers take no longer; the token ends when it ends. */
const seconds = 400 * 24 * 60 * 60

/** Whether the request came by TLS, all the way to a browser. */
const isSecure = (client: WebClient): boolean => {
  const own = [...client.own()]
  return own.length > 0 && own.every((origin) => origin.startsWith("https:"))
}

/** With this beginning a browser takes it by TLS alone, for this host and everything on it: nobody else can plant one. */
const nameFor = (client: WebClient): string => (isSecure(client) ? "__Host-natter" : "natter")

/** Whether somebody gets one: nobody may read it on its way. */
export const isPossible = (client: WebClient): boolean => isSecure(client) || Network.isLocal(client.address)

const header = (client: WebClient, value: string, age: number): string =>
  `${nameFor(client)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${isSecure(client) ? "; Secure" : ""}`

export const set = (client: WebClient, token: Redacted.Redacted): Readonly<Record<string, string>> => ({
  "Set-Cookie": header(client, Redacted.value(token), seconds),
})

export const clear = (client: WebClient): Readonly<Record<string, string>> => ({ "Set-Cookie": header(client, "", 0) })

/** The token that came in a cookie, where one is given. Of two, one was planted; nobody knows which. */
export const tokenIn = ({ headers: { cookie } }: IncomingMessage, client: WebClient): Redacted.Redacted | undefined => {
  if (cookie === undefined || !isPossible(client)) return undefined
  const beginning = `${nameFor(client)}=`
  const values = cookie
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(beginning))
  const value = values[0]?.slice(beginning.length)
  return values.length === 1 && value !== undefined && /^[\w.-]+$/.test(value) ? Redacted.make(value) : undefined
}

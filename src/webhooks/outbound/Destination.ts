/** Where webhooks may lead, as far as an address says it before anybody looks up its host. */
import { parse } from "../../domain/IpAddress.ts"
import type { TrustedNetworks } from "../../domain/TrustedNetworks.ts"
import { isPublic } from "./specialNetworks.ts"

/** Characters in a webhook's address. */
const maxLength = 2048

/** Below, only those of the web: whoever may choose a port could speak to a server of mail. */
const firstFreePort = 1024
const ports: ReadonlyArray<string> = ["", "80", "443"]

/** The address's host where it is an IP address, in whatever spelling: `URL` has made one of them all. */
export const literalHost = ({ hostname }: URL): string | undefined => {
  const host = hostname.replace(/^\[(.*)\]$/, "$1")
  return parse(host) === undefined ? undefined : host
}

/** Whether something may be sent to this IP address. */
export const mayReach = (address: string, allow: TrustedNetworks): boolean => {
  const ip = parse(address)
  return ip !== undefined && (isPublic(ip) || allow.trusts(address))
}

/** What is wrong with a webhook's address, as a clause; undefined where nothing is. */
export const wrongIn = (text: string, allow: TrustedNetworks): string | undefined => {
  if (text.length > maxLength) return `it is longer than ${maxLength} characters`
  if (!URL.canParse(text)) return "it is no address like https://example.org/hook"
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return "it begins with neither https: nor http:"
  if (url.username !== "" || url.password !== "") return "it has a name or a password before the host"
  if (!ports.includes(url.port) && Number(url.port) < firstFreePort) {
    return `its port is below ${firstFreePort}, and neither 80 nor 443`
  }
  const literal = literalHost(url)
  if (literal !== undefined && !mayReach(literal, allow)) return notAllowed
  return undefined
}

/** Which networks are meant, and where hosts lead, is not said: who asks might be looking for them. */
export const notAllowed = "it leads to a network that webhooks may not reach (`webhooks.allow`)"

/** What a server can be called in its certificate: a name of DNS, which may begin with `*.`, or an IP address. */
export type HostName =
  | { readonly type: "dns"; readonly text: string }
  | { readonly type: "ip"; readonly text: string; readonly bytes: Buffer }

const labels = /^(\*\.)?[a-z\d]([a-z\d_-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d_-]{0,61}[a-z\d])?)*$/

/** As the platform writes the host of an address: in small letters, other scripts in ASCII, addresses in their short form. */
const hostOf = (host: string): string => (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : "")

/** Sixteen bytes, of an address in its short form. */
const version6 = (text: string): Buffer => {
  const [front = [], back = []] = text.split("::").map((part) => (part === "" ? [] : part.split(":")))
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0")
  return Buffer.from([...front, ...zeros, ...back].map((group) => group.padStart(4, "0")).join(""), "hex")
}

/** Undefined where it is neither. */
export const parse = (name: string): HostName | undefined => {
  if (name.includes(":")) {
    const text = hostOf(`[${name}]`).slice(1, -1)
    return text === "" ? undefined : { type: "ip", text, bytes: version6(text) }
  }
  // What an address on the web may have beside its host.
  if (/[\s/\\?#@%]/.test(name)) return undefined
  const text = hostOf(name)
  if (/^\d+(\.\d+){3}$/.test(text)) {
    // Browsers take `1` for an address as well, and people mean something else.
    return text === name ? { type: "ip", text, bytes: Buffer.from(text.split(".").map(Number)) } : undefined
  }
  return text.length <= 253 && labels.test(text) ? { type: "dns", text } : undefined
}

/** Which pages may come in from a browser. What is no browser says no origin, and may always. */
export interface Origins {
  /** The origins whose pages may come in, as in `https://chat.example.org`; `*` for all. */
  readonly allowed: ReadonlyArray<string>
  /** The origins whose pages are our own, and may as well. */
  readonly own: ReadonlySet<string>
}

/** In small letters, and without the port that the scheme has by itself; as it is where it is no address. */
const written = (origin: string): string => {
  const url = URL.parse(origin)
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : origin
}

export const isWelcome = (origin: string, { allowed, own }: Origins): boolean => {
  const plain = written(origin)
  return allowed.includes("*") || own.has(plain) || allowed.some((one) => written(one) === plain)
}

/** Whether somebody asks the host of this origin, by any of the ways that the request may have taken; whatever the scheme. */
export const isHostOf = (origin: string, own: ReadonlySet<string>): boolean => {
  const { host, protocol } = new URL(origin)
  // A proxy in front may have TLS without saying so, and name its port.
  for (const one of own) if (new URL(one.replace(/^https?:/, protocol)).host === host) return true
  return false
}

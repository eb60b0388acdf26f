/** Where a server listens. */
export interface Address {
  /** A name, an IPv4 address, or an IPv6 address without its brackets. */
  readonly host: string
  /** 1 to 65535. */
  readonly port: number
}

/** As it is written: an IPv6 address in brackets, which keep its colons from the port's. */
export const format = ({ host, port }: Address): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`

/** Who sends a request of HTTP, whatever stands in front of the service. */
export interface WebClient {
  /** Its IP address, or a name where there is none. */
  readonly address: string
  /** The origins whose pages are our own, by the way that the request took. */
  readonly own: () => ReadonlySet<string>
  /** Its request has a body that may take any time to come, as long as something of it does. */
  readonly takesItsTime?: () => void
}

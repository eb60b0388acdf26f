/** Who sends a request of HTTP, whatever stands in front of the service. */
export interface WebClient {
  /** Its IP address, or a name where there is none. */
  readonly address: string
  /** The origins whose pages are our own, by the way that the request took. */
  readonly own: () => ReadonlySet<string>
}

/** What a client knows beyond what its platform does, to reach a server over TLS. Each is the text of PEM blocks. */
export interface TlsOptions {
  /** The authorities whose certificates are trusted, instead of those that the platform trusts. */
  readonly ca?: string | undefined
  /** The client's own certificate, and those between it and its authority. */
  readonly cert?: string | undefined
  /** The private key of that certificate. */
  readonly key?: string | undefined
}

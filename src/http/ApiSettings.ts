// Apart from the app, so that settings can be read without loading it.
export interface ApiSettings {
  /** Whether there is an HTTP API at all. */
  readonly enabled: boolean
  /** The origins whose pages may use it, beside our own; `*` for all. */
  readonly origins: ReadonlyArray<string>
  /** Bytes of a request's body. */
  readonly maxBodyBytes: number
  /** Whether answers are compressed for who asks for it. */
  readonly compression: boolean
  /** Whether each request is a line in the log. */
  readonly accessLog: boolean
  /** Whether who reads a file is led to where it is kept, where that has an address. */
  readonly filesRedirect: boolean
}

export const defaults: ApiSettings = {
  enabled: true,
  origins: [],
  maxBodyBytes: 64 * 1024,
  compression: true,
  accessLog: false,
  filesRedirect: false,
}

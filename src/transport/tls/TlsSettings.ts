// Apart from what handles them, so that settings can be read without loading it.
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"

export const minVersions = ["1.2", "1.3"] as const

/**
 * `optional`: who has a certificate may show it, and one that is not verified counts for nothing. `required`: only who has
 * one that is verified comes in.
 */
export const clientCertificates = ["off", "optional", "required"] as const

/** Which name in a client's certificate is that of its account. */
export const clientNames = ["cn", "email", "dns", "uri"] as const

export interface TlsSettings {
  /** The file of the server's certificate, and behind it those between it and its authority (PEM); empty: no TLS. */
  readonly cert: string
  /** The file of its private key (PEM). */
  readonly key: string
  /** What the key is encrypted with; empty where it is not. */
  readonly passphrase: Redacted.Redacted
  readonly minVersion: (typeof minVersions)[number]
  /** The file of the authorities that certify clients (PEM); empty for none. */
  readonly clientCa: string
  readonly clientCertificates: (typeof clientCertificates)[number]
  readonly clientName: (typeof clientNames)[number]
  /** Whether the files are read again when they change. */
  readonly watch: boolean
  /** How often they are looked at. */
  readonly watchEvery: Duration.Duration
  /** Time for a handshake, from the first byte on. */
  readonly handshakeTimeout: Duration.Duration
}

export const defaults: TlsSettings = {
  cert: "",
  key: "",
  passphrase: Redacted.make(""),
  minVersion: "1.2",
  clientCa: "",
  clientCertificates: "off",
  clientName: "cn",
  watch: true,
  watchEvery: Duration.seconds(2),
  handshakeTimeout: Duration.seconds(10),
}

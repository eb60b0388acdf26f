// Apart from what uses them, so that settings can be read without loading it.
import * as Redacted from "effect/Redacted"

export interface ClusterTlsSettings {
  /** The file of this node's certificate, and behind it those between it and its authority (PEM); empty: no TLS. */
  readonly cert: string
  /** The file of its private key (PEM). */
  readonly key: string
  /** The file of the authority that certifies the nodes (PEM). */
  readonly ca: string
}

export interface ClusterSettings {
  /** Whether the service is several nodes. */
  readonly enabled: boolean
  /** HOST:PORT, where the other nodes reach this one; empty where it is not said. */
  readonly address: string
  /** HOST:PORT, where it listens for them; empty: at `address`. */
  readonly listen: string
  /** Known to all nodes, and to nobody else; empty: one that is made at the first start and kept in the database. */
  readonly secret: Redacted.Redacted
  readonly tls: ClusterTlsSettings
}

export const defaults: ClusterSettings = {
  enabled: false,
  address: "",
  listen: "",
  secret: Redacted.make(""),
  tls: { cert: "", key: "", ca: "" },
}

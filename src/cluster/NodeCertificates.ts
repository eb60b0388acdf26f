/** The certificates by which nodes know each other: which are in force. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { ClusterTlsSettings } from "./ClusterSettings.ts"

/** As they are in their files. */
export interface Certificates {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca: Buffer
}

export interface NodeCertificatesShape {
  /** Undefined where there are none: then what nodes say to each other is not encrypted. */
  readonly current: () => Certificates | undefined
  /** Has this called with those that are in force from then on, as they change. */
  readonly onChange: (changed: (certificates: Certificates) => void) => void
  /**
   * Reads the files again, those that these settings name. Connections from then on are made with what is in them; those
   * that are there stay. Files that cannot be used change nothing, and the log says why.
   */
  readonly reload: (settings: ClusterTlsSettings) => Effect.Effect<"Changed" | "Unchanged" | "Failed">
}

/** A service of one node has none. */
export const NodeCertificates = Context.Reference<NodeCertificatesShape>("natter/cluster/NodeCertificates", {
  defaultValue: () => ({ current: () => undefined, onChange: () => {}, reload: () => Effect.succeed("Unchanged") }),
})

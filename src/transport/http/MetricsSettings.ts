// Apart from the door, so that settings can be read without loading a server.
import * as Result from "effect/Result"
import { TrustedNetworks } from "../../domain/TrustedNetworks.ts"

export interface MetricsSettings {
  /** Where they are asked for. */
  readonly path: string
  /** Who may ask without being an administrator. */
  readonly allow: TrustedNetworks
}

export const defaults: MetricsSettings = {
  path: "/metrics",
  allow: Result.getOrThrow(TrustedNetworks.parse("loopback, unix")),
}

/** The settings by which the service is watched: metrics, and what goes to a collector. */
import { setting } from "./field.ts"
import { networks, urlPath } from "./kind.ts"

export const telemetrySettings = {
  "metrics.path": setting("metrics.path", urlPath, "Where the metrics are, in the text format of Prometheus"),
  "metrics.allow": setting(
    "metrics.allow",
    networks,
    "From where they may be read, beside administrators who send a token as `Authorization: Bearer`. A proxy on this machine has to be in `proxies.trusted`, or all it passes on comes from this machine",
  ),
}

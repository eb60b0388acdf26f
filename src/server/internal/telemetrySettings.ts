/** The settings by which the service is watched: metrics, and what goes to a collector. */
import { setting } from "./field.ts"
import { headers, networks, onOff, optionalUrl, share, urlPath } from "./kind.ts"

export const telemetrySettings = {
  "metrics.path": setting("metrics.path", urlPath, "Where the metrics are, in the text format of Prometheus"),
  "metrics.allow": setting(
    "metrics.allow",
    networks,
    "From where they may be read, beside administrators who send a token as `Authorization: Bearer`. A proxy on this machine has to be in `proxies.trusted`, or all it passes on comes from this machine",
  ),

  "otlp.endpoint": setting(
    "otlp.endpoint",
    optionalUrl,
    "A collector of OpenTelemetry (OTLP over HTTP, JSON), for what the three settings below ask for; it may be away: what there is for it is dropped then, and nobody waits",
  ),
  "otlp.headers": setting("otlp.headers", headers, "What is sent along to the collector, to be let in", {
    secret: true,
  }),
  "otlp.traces": setting(
    "otlp.traces.sample",
    share,
    "Which share of the messages is followed from their connection to those of the members, one at a time in a channel",
  ),
  "otlp.logs": setting("otlp.logs", onOff, "Whether what is logged goes to the collector as well"),
  "otlp.metrics": setting("otlp.metrics", onOff, "Whether metrics go there, every 15 seconds"),
}

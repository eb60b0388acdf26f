/** The settings of the HTTP API. */
import { setting } from "./field.ts"
import { onOff, origins, size } from "./kind.ts"

export const apiSettings = {
  "api.enabled": setting("api.enabled", onOff, "Whether there is an HTTP API, below `/api/v1`"),
  "api.origins": setting(
    "api.origins",
    origins,
    "Pages of which origins may use the API, beside those of the service's own; `*` lets all of them. Programs that are no browser are not asked",
  ),
  "api.max-body-size": setting("api.maxBodyBytes", size(1024, 16 * 1024 * 1024), "Largest body of a request"),
  "api.compression": setting(
    "api.compression",
    onOff,
    "Whether answers are compressed for clients that ask for it; never those with a secret in them",
  ),
  "api.access-log": setting(
    "api.accessLog",
    onOff,
    "Whether each request is a line in the log: method, path, status, time, bytes, who, and its id",
  ),
}

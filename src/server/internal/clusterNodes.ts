/** The other nodes of the service. Loaded only where there are to be any: the runtime that they take is large. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Cluster from "../../cluster/Cluster.ts"
import * as ClusterStorage from "../../storage/ClusterStorage.ts"
import type { ServerSettings } from "../ServerSettings.ts"
import { watched } from "./nodeCertificates.ts"

/** On a database whose migrations have been run. */
export const layer = (settings: Pick<ServerSettings, "cluster" | "storage" | "tls">) => {
  const { cluster, storage } = settings
  const { url } = storage.postgres
  return Layer.unwrap(
    Effect.map(ClusterStorage.shared(url), ({ name, secret }) =>
      watched(settings).pipe(
        Layer.provideMerge(
          Cluster.layer({
            ...cluster,
            name,
            secret: Redacted.value(cluster.secret) === "" ? secret : cluster.secret,
          }),
        ),
      ),
    ),
  ).pipe(Layer.provide(ClusterStorage.layer(url)))
}

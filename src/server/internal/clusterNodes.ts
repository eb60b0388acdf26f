/** The other nodes of the service. Loaded only where there are to be any: the runtime that they take is large. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Cluster from "../../cluster/Cluster.ts"
import * as ClusterStorage from "../../storage/ClusterStorage.ts"
import type { ServerSettings } from "../ServerSettings.ts"

/** On a database whose migrations have been run. */
export const layer = ({ cluster, storage }: Pick<ServerSettings, "cluster" | "storage">) => {
  const { url } = storage.postgres
  return Layer.unwrap(
    Effect.map(ClusterStorage.shared(url), ({ name, secret }) =>
      Cluster.layer({ ...cluster, name, secret: Redacted.value(cluster.secret) === "" ? secret : cluster.secret }),
    ),
  ).pipe(Layer.provide(ClusterStorage.layer(url)))
}

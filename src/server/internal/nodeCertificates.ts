/** The certificates of a node, which are read again when their files change, as those of the service itself are. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ClusterTlsSettings } from "../../cluster/ClusterSettings.ts"
import { NodeCertificates } from "../../cluster/NodeCertificates.ts"
import { signature, watch } from "../../transport/tls/CertificateWatch.ts"
import type { ServerSettings } from "../ServerSettings.ts"

const filesOf = ({ ca, cert, key }: ClusterTlsSettings) => [cert, key, ca]

export const watched = ({ cluster, tls }: Pick<ServerSettings, "cluster" | "tls">) =>
  Layer.effect(
    NodeCertificates,
    Effect.gen(function* () {
      const certificates = yield* NodeCertificates
      if (cluster.tls.cert === "") return certificates
      let settings = cluster.tls
      /** Not known at first, so that what changes while the service starts is noticed. */
      let judged: string | undefined
      const reload = Effect.fnUntraced(function* (wanted: ClusterTlsSettings) {
        judged = yield* signature(filesOf(wanted))
        const came = yield* certificates.reload(wanted)
        if (came !== "Failed") settings = wanted
        return came
      })
      yield* watch({
        settings: () => tls,
        signature: Effect.suspend(() => signature(filesOf(settings))),
        judged: () => judged,
        reload: Effect.suspend(() => reload(settings)),
      })
      return { ...certificates, reload }
    }),
  )

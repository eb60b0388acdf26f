/** Reads the certificates by which nodes know each other, and reads them again. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as Tls from "node:tls"
import { ClusterError } from "../ClusterError.ts"
import type { ClusterTlsSettings } from "../ClusterSettings.ts"
import { type Certificates, NodeCertificates } from "../NodeCertificates.ts"

const read = (setting: string, file: string) =>
  Effect.tryPromise({
    try: () => fs.readFile(file),
    catch: (cause) =>
      new ClusterError({ problem: `the file ${file} of ${setting} cannot be read: ${String(cause)}`, cause }),
  })

const usable = <A>(setting: string, file: string, what: string, make: () => A): Effect.Effect<A, ClusterError> =>
  Effect.try({
    try: make,
    catch: (cause) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      return new ClusterError({ problem: `the file ${file} of ${setting} is no ${what} in PEM: ${why}`, cause })
    },
  })

interface Loaded extends Certificates {
  readonly certificate: crypto.X509Certificate
}

const load = Effect.fnUntraced(function* (files: ClusterTlsSettings): Effect.fn.Return<Loaded, ClusterError> {
  const cert = yield* read("cluster.tls-cert", files.cert)
  const key = yield* read("cluster.tls-key", files.key)
  const ca = yield* read("cluster.tls-ca", files.ca)
  const certificate = yield* usable("cluster.tls-cert", files.cert, "certificate", () => {
    Tls.createSecureContext({ cert })
    return new crypto.X509Certificate(cert)
  })
  const secret = yield* usable("cluster.tls-key", files.key, "private key", () => crypto.createPrivateKey(key))
  yield* usable("cluster.tls-ca", files.ca, "certificate", () => new crypto.X509Certificate(ca))
  if (!certificate.checkPrivateKey(secret)) {
    const problem = `the key in ${files.key} of cluster.tls-key is not that of the first certificate in ${files.cert} of cluster.tls-cert`
    return yield* new ClusterError({ problem })
  }
  return { ca, cert, certificate, key }
})

const same = (one: Certificates, other: Certificates): boolean =>
  (["cert", "key", "ca"] as const).every((part) => one[part].equals(other[part]))

const announce = ({ certificate: { fingerprint256, issuer, validTo } }: Loaded) =>
  Effect.annotateLogs(Effect.logInfo(`this node shows other nodes a certificate that is valid until ${validTo}`), {
    issuer: issuer.replaceAll("\n", ", "),
    fingerprint: fingerprint256,
  })

const make = Effect.fnUntraced(function* (settings: ClusterTlsSettings) {
  let inForce = yield* load(settings)
  yield* announce(inForce)
  const listeners: Array<(certificates: Certificates) => void> = []
  const oneAtATime = Semaphore.makeUnsafe(1)

  const reload = (settings: ClusterTlsSettings) =>
    Effect.gen(function* () {
      const loaded = yield* load(settings)
      if (same(loaded, inForce)) return "Unchanged" as const
      inForce = loaded
      for (const changed of listeners) changed(loaded)
      yield* announce(loaded)
      return "Changed" as const
    }).pipe(
      Effect.catch(({ problem }) =>
        Effect.as(
          Effect.logError(`the certificate that this node shows others stays as it was: ${problem}`),
          "Failed" as const,
        ),
      ),
      oneAtATime.withPermits(1),
    )

  return {
    current: () => inForce,
    onChange: (changed: (certificates: Certificates) => void) => void listeners.push(changed),
    reload,
  }
})

export const layer = (settings: ClusterTlsSettings) =>
  settings.cert === "" ? Layer.empty : Layer.effect(NodeCertificates, make(settings))

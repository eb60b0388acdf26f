/** What is in the files of `tls.*`, for people who look after them. */
import * as Effect from "effect/Effect"
import type { X509Certificate } from "node:crypto"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as Tls from "node:tls"
import { chainOf } from "./internal/certificate.ts"
import { TlsError } from "./TlsError.ts"
import type { TlsSettings } from "./TlsSettings.ts"

export interface CertificateFacts {
  /** As they stand in the file: the server's own is the first. */
  readonly chain: ReadonlyArray<X509Certificate>
  /** The place of the first that is not certified by the one behind it; undefined where all are. */
  readonly brokenAt: number | undefined
  /** Whether Node, and so most clients, knows the authority at the end of it. */
  readonly known: boolean
  /** The rights of the key's file. */
  readonly keyMode: number
}

const certifies = (issuer: X509Certificate, subject: X509Certificate): boolean =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey)

const isKnown = (last: X509Certificate): boolean =>
  Tls.rootCertificates.some((pem) => {
    const root = new crypto.X509Certificate(pem)
    return root.fingerprint256 === last.fingerprint256 || (last.issuer === root.subject && certifies(root, last))
  })

/** Fails where no service could start with them. */
export const inspect = Effect.fnUntraced(function* (
  settings: TlsSettings,
): Effect.fn.Return<CertificateFacts, TlsError> {
  const chain = yield* chainOf(settings)
  const broken = chain.slice(1).findIndex((issuer, index) => !certifies(issuer, chain[index]!))
  const { mode } = yield* Effect.tryPromise({
    try: () => fs.stat(settings.key),
    catch: () => new TlsError({ reason: "Unreadable", setting: "tls.key", file: settings.key }),
  })
  return {
    chain,
    brokenAt: broken === -1 ? undefined : broken,
    known: isKnown(chain.at(-1)!),
    keyMode: mode & 0o777,
  }
})

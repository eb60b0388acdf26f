/** Makes of the files that settings name what handshakes need. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as Tls from "node:tls"
import * as CertificateWatch from "../CertificateWatch.ts"
import { TlsError } from "../TlsError.ts"
import type { TlsSettings } from "../TlsSettings.ts"

/** What new handshakes are done with. */
export interface InForce {
  readonly settings: TlsSettings
  readonly secureContext: Tls.SecureContext
  readonly certificate: crypto.X509Certificate
  /** How the files were when they were read. */
  readonly signature: string
  /** The same for what was in them and for the settings: two that are equal do the same. */
  readonly terms: string
}

type Place = Pick<TlsError, "setting" | "file">

const places = ({ cert, clientCa, clientCertificates, key }: TlsSettings) => ({
  cert: { setting: "tls.cert", file: cert } as const,
  key: { setting: "tls.key", file: key } as const,
  clientCa: clientCertificates === "off" ? undefined : ({ setting: "tls.client-ca", file: clientCa } as const),
})

export const signature = (settings: TlsSettings): Effect.Effect<string> =>
  CertificateWatch.signature(
    Object.values(places(settings)).flatMap((place) => (place === undefined ? [] : [place.file])),
  )

const read = (place: Place): Effect.Effect<string, TlsError> =>
  Effect.tryPromise({
    try: () => fs.readFile(place.file, "utf8"),
    catch: (cause) => {
      const code = cause instanceof Error && "code" in cause ? cause.code : undefined
      if (code === "ENOENT" || code === "ENOTDIR") return new TlsError({ ...place, reason: "Missing" })
      const detail =
        code === "EACCES"
          ? "permission denied; let the user that the service runs as read it"
          : code === "EISDIR"
            ? "it is a folder"
            : String(code ?? cause)
      return new TlsError({ ...place, reason: "Unreadable", detail })
    },
  })

const block = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g
const holdsKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** All certificates of a file; at least one. */
const certificatesIn = (place: Place, pem: string): Effect.Effect<ReadonlyArray<crypto.X509Certificate>, TlsError> => {
  const blocks = pem.match(block) ?? []
  if (blocks.length === 0) {
    const detail = holdsKey.test(pem) ? "it holds a key; are tls.cert and tls.key the wrong way round?" : undefined
    return Effect.fail(new TlsError({ ...place, reason: "NoCertificate", detail }))
  }
  return Effect.forEach(blocks, (pem, index) =>
    Effect.try({
      try: () => new crypto.X509Certificate(pem),
      catch: (cause) =>
        new TlsError({ ...place, reason: "Unusable", detail: `certificate ${index + 1}, ${messageOf(cause)}` }),
    }),
  )
}

/** What OpenSSL says about a key that it cannot decrypt: without a passphrase, and with a wrong one. */
const keyReasons: Readonly<Record<string, TlsError["reason"]>> = {
  ERR_MISSING_PASSPHRASE: "NeedsPassphrase",
  ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED: "NeedsPassphrase",
  ERR_OSSL_BAD_DECRYPT: "WrongPassphrase",
  ERR_OSSL_EVP_BAD_DECRYPT: "WrongPassphrase",
}

const keyIn = (place: Place, pem: string, passphrase: string): Effect.Effect<crypto.KeyObject, TlsError> => {
  if (!holdsKey.test(pem)) {
    const detail = /BEGIN [A-Z ]*CERTIFICATE/.test(pem)
      ? "it holds a certificate; are tls.cert and tls.key the wrong way round?"
      : undefined
    return Effect.fail(new TlsError({ ...place, reason: "NoKey", detail }))
  }
  return Effect.try({
    try: () => crypto.createPrivateKey(passphrase === "" ? { key: pem } : { key: pem, passphrase }),
    catch: (cause) => {
      const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
      const reason = keyReasons[code] ?? "Unusable"
      return new TlsError({ ...place, reason, detail: reason === "Unusable" ? "it is no whole key" : undefined })
    },
  })
}

/** Reads the files. The signature is taken first: what is written meanwhile is noticed then. */
export const load = Effect.fnUntraced(function* (settings: TlsSettings): Effect.fn.Return<InForce, TlsError> {
  const { cert: certPlace, clientCa: caPlace, key: keyPlace } = places(settings)
  const taken = yield* signature(settings)
  const cert = yield* read(certPlace)
  const [certificate] = yield* certificatesIn(certPlace, cert)
  const keyPem = yield* read(keyPlace)
  const passphrase = Redacted.value(settings.passphrase)
  const key = yield* keyIn(keyPlace, keyPem, passphrase)
  if (!certificate!.checkPrivateKey(key)) return yield* new TlsError({ ...keyPlace, reason: "Mismatch" })
  const ca = caPlace === undefined ? undefined : yield* read(caPlace)
  if (caPlace !== undefined) yield* certificatesIn(caPlace, ca!)
  const secureContext = yield* Effect.try({
    try: () =>
      Tls.createSecureContext({
        cert,
        // Decrypted: this way the passphrase is checked in one place.
        key: key.export({ type: "pkcs8", format: "pem" }),
        ca,
        minVersion: settings.minVersion === "1.3" ? "TLSv1.3" : "TLSv1.2",
        // Nobody needs it, and it costs the server more than the client.
        secureOptions: crypto.constants.SSL_OP_NO_RENEGOTIATION,
        // Without one, clients that showed a certificate could not resume their sessions.
        sessionIdContext: "natter",
      }),
    catch: (cause) => new TlsError({ ...certPlace, reason: "Unusable", detail: messageOf(cause) }),
  })
  const { clientCertificates, clientName, minVersion } = settings
  return {
    settings,
    secureContext,
    certificate: certificate!,
    signature: taken,
    terms: hashOf([cert, keyPem, passphrase, ca ?? "", minVersion, clientCertificates, clientName]),
  }
})

/** All certificates of `tls.cert`, where they and what belongs to them can be used. */
export const chainOf = (settings: TlsSettings): Effect.Effect<ReadonlyArray<crypto.X509Certificate>, TlsError> => {
  const place = places(settings).cert
  return Effect.andThen(
    load(settings),
    Effect.flatMap(read(place), (pem) => certificatesIn(place, pem)),
  )
}

/** Of texts that are too secret to be kept. */
const hashOf = (texts: ReadonlyArray<string>): string =>
  crypto.createHash("sha256").update(JSON.stringify(texts)).digest("base64")

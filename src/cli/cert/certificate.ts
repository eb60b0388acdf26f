/** Makes certificates (RFC 5280) of the kind that browsers, OpenSSL and Node accept: P-256 keys, ECDSA with SHA-256. */
import * as DateTime from "effect/DateTime"
import * as crypto from "node:crypto"
import * as Der from "./der.ts"
import type { HostName } from "./hostName.ts"

export interface Validity {
  /** In milliseconds since 1970. */
  readonly from: number
  readonly until: number
}

/** What a certificate is for. */
export type Purpose =
  /** Certifies others, directly: what it certifies may not. */
  | { readonly type: "authority" }
  | { readonly type: "server"; readonly names: ReadonlyArray<HostName> }
  /** Of a node of a service: the others connect to it, and it to them. */
  | { readonly type: "node"; readonly names: ReadonlyArray<HostName> }
  | { readonly type: "client" }

export interface Pair {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

/** Who signs: by default the key itself. */
export interface Issuer {
  readonly commonName: string
  readonly key: crypto.KeyObject
}

const ecdsaWithSha256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"))

const name = (commonName: string) => Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.utf8(commonName))))

/** A public key as it is in a certificate, and what it is known by. */
const publicPart = (key: crypto.KeyObject) => {
  const { x = "", y = "" } = crypto.createPublicKey(key).export({ format: "jwk" })
  const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")])
  return {
    info: Der.sequence(Der.sequence(Der.oid("1.2.840.10045.2.1"), Der.oid("1.2.840.10045.3.1.7")), Der.bits(point)),
    id: crypto.createHash("sha1").update(point).digest(),
  }
}

const alternative = (name: HostName): Buffer =>
  name.type === "dns" ? Der.implicit(2, Buffer.from(name.text)) : Der.implicit(7, name.bytes)

const extension = (id: string, content: Buffer, critical = false) =>
  Der.sequence(Der.oid(id), ...(critical ? [Der.isTrue] : []), Der.octets(content))

const serverAuth = "1.3.6.1.5.5.7.3.1"
const clientAuth = "1.3.6.1.5.5.7.3.2"

const extensionsOf = (purpose: Purpose): ReadonlyArray<Buffer> => {
  const constraints = (...parts: ReadonlyArray<Buffer>) => extension("2.5.29.19", Der.sequence(...parts), true)
  const usage = (bits: number, unused: number) => extension("2.5.29.15", Der.bits(Uint8Array.of(bits), unused), true)
  const extendedUsage = (...ids: ReadonlyArray<string>) => extension("2.5.29.37", Der.sequence(...ids.map(Der.oid)))
  switch (purpose.type) {
    case "authority":
      // Signs certificates and lists of withdrawn ones.
      return [constraints(Der.isTrue, Der.integer(Uint8Array.of(0))), usage(0b0000_0110, 1)]
    case "server":
    case "node":
      return [
        constraints(),
        usage(0b1000_0000, 7),
        purpose.type === "node" ? extendedUsage(serverAuth, clientAuth) : extendedUsage(serverAuth),
        extension("2.5.29.17", Der.sequence(...purpose.names.map(alternative))),
      ]
    case "client":
      return [constraints(), usage(0b1000_0000, 7), extendedUsage(clientAuth)]
  }
}

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString("base64").replaceAll(/.{1,64}/g, "$&\n")}-----END ${label}-----\n`

/** Makes a key and its certificate. */
export const make = (commonName: string, purpose: Purpose, { from, until }: Validity, issuer?: Issuer): Pair => {
  const { privateKey } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" })
  const { commonName: issuerName, key: issuerKey } = issuer ?? { commonName, key: privateKey }
  const subject = publicPart(privateKey)
  const toBeSigned = Der.sequence(
    Der.explicit(0, Der.integer(Uint8Array.of(2))),
    // Not negative, and not too short for a chance of two that are equal.
    Der.integer(Buffer.concat([Uint8Array.of(1), crypto.randomBytes(15)])),
    ecdsaWithSha256,
    name(issuerName),
    Der.sequence(time(from), time(until)),
    name(commonName),
    subject.info,
    Der.explicit(
      3,
      Der.sequence(
        ...extensionsOf(purpose),
        extension("2.5.29.14", Der.octets(subject.id)),
        extension("2.5.29.35", Der.sequence(Der.implicit(0, publicPart(issuerKey).id))),
      ),
    ),
  )
  const signature = crypto.sign("sha256", toBeSigned, issuerKey)
  return {
    cert: pem("CERTIFICATE", Der.sequence(toBeSigned, ecdsaWithSha256, Der.bits(signature))),
    key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  }
}

const time = (millis: number): Buffer => Der.time(DateTime.formatIso(DateTime.makeUnsafe(millis)))

import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Jose from "jose"
import type { SigningKey } from "../SigningKeys.ts"

/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410). */
const pkcs8 = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]

const curve = { kty: "OKP", crv: "Ed25519" } as const

/** Ed25519, by the name that every library knows. */
export const algorithm = "EdDSA"

// A platform without Ed25519 can't sign at all.
const promise = <A>(run: () => Promise<A>): Effect.Effect<A> => Effect.orDie(Effect.tryPromise(run))

/** A new key that signs from then on. Its secret is of the same source as all others. */
export const make = (signsFrom: number): Effect.Effect<SigningKey, never, SecureRandom.SecureRandom> =>
  Effect.gen(function* () {
    const seed = yield* (yield* SecureRandom.SecureRandom).randomBytes(32)
    const { d = "", x = "" } = yield* promise(async () => {
      const encoded = Uint8Array.from([...pkcs8, ...seed])
      return Jose.exportJWK(await crypto.subtle.importKey("pkcs8", encoded, { name: "Ed25519" }, true, ["sign"]))
    })
    const id = yield* promise(() => Jose.calculateJwkThumbprint({ ...curve, x }))
    return { id, publicKey: x, privateKey: Redacted.make(d), signsFrom }
  })

/** As everybody may know it. */
export const published = ({ id, publicKey }: SigningKey) =>
  ({ ...curve, x: publicKey, kid: id, alg: algorithm, use: "sig" }) as const

export type PublishedKey = ReturnType<typeof published>

const imported = (jwk: Jose.JWK) => promise(() => Jose.importJWK(jwk, algorithm) as Promise<Jose.CryptoKey>)

export const verifying = ({ publicKey }: SigningKey): Effect.Effect<Jose.CryptoKey> =>
  imported({ ...curve, x: publicKey })

export const signing = ({ privateKey, publicKey }: SigningKey): Effect.Effect<Jose.CryptoKey> =>
  imported({ ...curve, x: publicKey, d: Redacted.value(privateKey) })

import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Redacted from "effect/Redacted"

const randomBytes = 32

/** A secret starts with its prefix, so that a scanner finds one that was published by mistake. */
const form = (prefix: string) => new RegExp(`^${prefix}[A-Za-z0-9_-]{43}$`)

/** Opaque secrets of 256 random bits, kept as fingerprints only. */
export interface Secrets {
  readonly make: Effect.Effect<Redacted.Redacted>
  readonly isWellFormed: (secret: Redacted.Redacted) => boolean
  /** SHA-256 in lower-case hex. A secret this random needs no slow hash. */
  readonly fingerprint: (secret: Redacted.Redacted) => Effect.Effect<string>
}

export const make = (prefix: string): Effect.Effect<Secrets, never, Digest.Digest | SecureRandom.SecureRandom> =>
  Effect.gen(function* () {
    const digest = yield* Digest.Digest
    const random = yield* SecureRandom.SecureRandom
    const pattern = form(prefix)
    return {
      make: Effect.map(random.randomBytes(randomBytes), (bytes) => Redacted.make(prefix + Base64Url.encode(bytes))),
      isWellFormed: (secret) => pattern.test(Redacted.value(secret)),
      fingerprint: (secret) => digest.digestHex(Digest.sha256, new TextEncoder().encode(Redacted.value(secret))),
    }
  })

import * as Context from "effect/Context"
import * as Kdf from "effect/crypto/Kdf"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import { availableParallelism } from "node:os"
import { Busy } from "./AccountError.ts"
import * as Phc from "./internal/phc.ts"

/** Instead of a hash: the account has no password, and nobody signs in by one. */
export const none = Redacted.make("none")

const saltBytes = 16
const keyBytes = 32

/** About what one hash takes at the default cost. From it follows when somebody who is refused may try again. */
const hashMillis = 50

/** Hashes passwords with argon2id. Every hash takes its turn: see `Settings`. */
export class PasswordHash extends Context.Service<
  PasswordHash,
  {
    /** The hash of a new password, as a PHC string. */
    readonly hash: (password: Redacted.Redacted) => Effect.Effect<Redacted.Redacted, Busy>
    /** Whether the password is the one that was hashed, at the cost the hash string names. */
    readonly verify: (password: Redacted.Redacted, hash: Redacted.Redacted) => Effect.Effect<boolean, Busy>
    /** Takes as long as `verify`, so that the time of an answer does not tell an unknown name from a wrong password. */
    readonly pretend: (password: Redacted.Redacted) => Effect.Effect<void, Busy>
    /** Whether the hash was made at another cost than today's. */
    readonly needsRehash: (hash: Redacted.Redacted) => boolean
  }
>()("natter/accounts/PasswordHash") {
  /**
   * The cost of a hash (`memory` in KiB), how many are made at once, and how many more may wait
   * before the next is told to come back later.
   */
  static readonly Settings = Context.Reference<Phc.Cost & { readonly atOnce: number; readonly maxWaiting: number }>(
    "natter/accounts/PasswordHash/Settings",
    {
      defaultValue: () => ({
        memory: 19_456,
        passes: 2,
        parallelism: 1,
        // Hashes run on libuv's pool of four threads; one of them stays free for files and DNS.
        atOnce: Math.min(availableParallelism(), 3),
        maxWaiting: 256,
      }),
    },
  )

  /** Needs a `Kdf` that has argon2id: `NodeCrypto.layerKdf`. */
  static readonly layer: Layer.Layer<PasswordHash, never, Kdf.Kdf | SecureRandom.SecureRandom> = Layer.effect(
    PasswordHash,
    Effect.gen(function* () {
      const kdf = yield* Kdf.Kdf
      const random = yield* SecureRandom.SecureRandom
      const { atOnce, maxWaiting, memory, parallelism, passes } = yield* PasswordHash.Settings
      const cost: Phc.Cost = { memory, passes, parallelism }
      const turns = yield* Semaphore.make(atOnce)
      let underWay = 0

      const inTurn = <A>(effect: Effect.Effect<A>): Effect.Effect<A, Busy> =>
        Effect.suspend(() => {
          if (underWay >= atOnce + maxWaiting) {
            return Effect.fail(new Busy({ retryAfter: Duration.millis(Math.ceil(underWay / atOnce) * hashMillis) }))
          }
          underWay++
          return Effect.ensuring(
            turns.withPermit(effect),
            Effect.sync(() => {
              underWay--
            }),
          )
        })

      const derive = (password: Redacted.Redacted, { cost, salt }: Omit<Phc.Phc, "key">, length: number) =>
        kdf
          .derive(
            Kdf.argon2id(cost),
            // The same password typed on another system may come in another normal form.
            new TextEncoder().encode(Redacted.value(password).normalize("NFC")),
            { salt, length },
          )
          // The parameters are within bounds here; what is left is a platform without argon2,
          // on which nobody could ever sign in.
          .pipe(Effect.orDie)

      const hash = Effect.fn("PasswordHash.hash")(function* (password: Redacted.Redacted) {
        const salt = yield* random.randomBytes(saltBytes)
        const key = yield* inTurn(derive(password, { cost, salt }, keyBytes))
        return Redacted.make(Phc.format({ cost, salt, key }))
      })

      const pretend = (password: Redacted.Redacted) =>
        Effect.asVoid(inTurn(derive(password, { cost, salt: new Uint8Array(saltBytes) }, keyBytes)))

      const verify = Effect.fn("PasswordHash.verify")(function* (password: Redacted.Redacted, hash: Redacted.Redacted) {
        const stored = Phc.parse(Redacted.value(hash))
        if (stored === undefined) {
          if (Redacted.value(hash) !== Redacted.value(none)) {
            yield* Effect.logWarning("a stored password hash can't be read: nobody can sign in with it")
          }
          return yield* Effect.as(pretend(password), false)
        }
        const key = yield* inTurn(derive(password, stored, stored.key.length))
        return Mac.timingSafeEqual(key, stored.key)
      })

      return PasswordHash.of({
        hash,
        verify,
        pretend,
        needsRehash: (hash) => {
          const stored = Phc.parse(Redacted.value(hash))
          return (
            stored === undefined ||
            stored.key.length !== keyBytes ||
            stored.salt.length !== saltBytes ||
            stored.cost.memory !== memory ||
            stored.cost.passes !== passes ||
            stored.cost.parallelism !== parallelism
          )
        },
      })
    }),
  )
}

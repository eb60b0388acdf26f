/** The signing keys at hand, and their rotation. */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import type * as Jose from "jose"
import type { StorageError } from "../AccountError.ts"
import type { AccessTokenSettings } from "../AccessTokenSettings.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { type SigningKey, SigningKeys } from "../SigningKeys.ts"
import * as Ed25519 from "./ed25519.ts"
import * as Rotation from "./rotation.ts"

/** How often it is looked whether another key is needed, or one no longer. */
const lookEvery = "1 minute"
/** A key that is not at hand may be another node's, made just now: after so many milliseconds it is looked for. */
const readAgain = 1000

/** A key, ready for use. */
export interface RingKey extends SigningKey {
  readonly verifies: Jose.CryptoKey
  readonly signs: Jose.CryptoKey
}

interface KeyRing {
  /** By which a token is signed now. */
  readonly signer: Effect.Effect<RingKey, StorageError>
  /** The key of this id, as long as anything that it has signed may be good. */
  readonly find: (id: string) => Effect.Effect<RingKey | undefined, StorageError>
  /** Everything by which tokens are to be verified elsewhere, what will sign next included. */
  readonly published: Effect.Effect<ReadonlyArray<Ed25519.PublishedKey>, StorageError>
}

const ready = (key: SigningKey): Effect.Effect<RingKey> =>
  Effect.map(Effect.all([Ed25519.verifying(key), Ed25519.signing(key)]), ([verifies, signs]) => ({
    ...key,
    verifies,
    signs,
  }))

/** Reads the keys when the first is asked for, and rotates them while the scope is open. */
export const make = Effect.fnUntraced(function* (settings: AccessTokenSettings) {
  const store = yield* SigningKeys
  const random = yield* SecureRandom.SecureRandom
  const alone = yield* Semaphore.make(1)
  const terms: Rotation.Terms = {
    rotateEvery: Duration.toMillis(settings.rotateEvery),
    lifetime: Duration.toMillis(settings.lifetime),
  }
  let known: ReadonlyArray<RingKey> | undefined
  let readAt = -Infinity

  /** As they are kept: other nodes make some, too. Those at hand are ready already. */
  const read = Effect.gen(function* () {
    readAt = yield* Monotonic.now
    const kept = yield* store.list
    return yield* Effect.forEach(kept, (key) => {
      const ring = known?.find(({ id }) => id === key.id)
      return ring === undefined ? ready(key) : Effect.succeed(ring)
    })
  })

  /** As they are to be now: made, read and removed. */
  const update = alone.withPermit(
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      let keys = yield* read
      const signsFrom = Rotation.nextSigns(keys, now, terms)
      if (signsFrom !== undefined) {
        const key = yield* Effect.provideService(Ed25519.make(signsFrom), SecureRandom.SecureRandom, random)
        yield* store.add(key)
        yield* Effect.annotateLogs(Effect.logInfo("a new key for access tokens"), { key: key.id })
        keys = [...keys, yield* ready(key)].sort((one, other) => one.signsFrom - other.signsFrom)
      }
      // What is new counts at once, though what is over can't be removed.
      known = keys
      const over = keys.filter((key) => Rotation.isOver(key, keys, now, terms))
      known = keys.filter((key) => !over.includes(key))
      yield* Effect.forEach(over, ({ id }) => store.remove(id), { discard: true })
      return known
    }),
  )

  yield* update.pipe(
    Effect.catch((error) => Effect.logWarning("the keys of access tokens were not looked after", error.cause)),
    Effect.repeat(Schedule.spaced(lookEvery)),
    Effect.forkScoped,
  )

  const keys = Effect.suspend(() => (known === undefined ? update : Effect.succeed(known)))

  const current = Effect.map(Effect.all([keys, Clock.currentTimeMillis]), ([keys, now]) => ({
    now,
    keys: keys.filter((key) => !Rotation.isOver(key, keys, now, terms)),
  }))

  /** Whoever sends tokens of no key has the store asked no more often than this. */
  const lookedAgain = Effect.flatMap(Monotonic.now, (now) =>
    now < readAt + readAgain
      ? Effect.succeed([])
      : Effect.andThen(
          update,
          Effect.map(current, ({ keys }) => keys),
        ),
  )

  const ring: KeyRing = {
    signer: Effect.flatMap(current, ({ keys, now }) => {
      const key = Rotation.signer(keys, now)
      // There is none where the clock was set back behind the first of them.
      return key === undefined
        ? Effect.map(update, (keys) => Rotation.signer(keys, now) ?? keys[0]!)
        : Effect.succeed(key)
    }),
    find: (id) =>
      Effect.flatMap(current, ({ keys }) => {
        const found = keys.find((key) => key.id === id)
        return found === undefined
          ? Effect.map(lookedAgain, (keys) => keys.find((key) => key.id === id))
          : Effect.succeed(found)
      }),
    published: Effect.map(current, ({ keys }) => keys.map(Ed25519.published)),
  }
  return ring
})

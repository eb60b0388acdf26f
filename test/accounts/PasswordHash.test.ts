import { assert, describe, it } from "@effect/vitest"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Kdf from "effect/crypto/Kdf"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { argon2Sync } from "node:crypto"
import { availableParallelism } from "node:os"
import * as Phc from "../../src/accounts/internal/phc.ts"
import { PasswordHash } from "../../src/accounts/PasswordHash.ts"

const cheap = { memory: 64, passes: 1, parallelism: 1, atOnce: 2, maxWaiting: 256 }

const withSettings = (settings: typeof PasswordHash.Settings.Service, kdf = NodeCrypto.layerKdf) =>
  PasswordHash.layer.pipe(
    Layer.provide([kdf, NodeCrypto.layerSecureRandom, Layer.succeed(PasswordHash.Settings, settings)]),
    Layer.fresh,
  )

const byDefault = PasswordHash.layer.pipe(Layer.provide([NodeCrypto.layerKdf, NodeCrypto.layerSecureRandom]))

const secret = Redacted.make

/** A `Kdf` whose derivations all wait for `go`, and which counts them. */
const heldKdf = Effect.gen(function* () {
  const go = yield* Deferred.make<void>()
  const counts = { running: 0, most: 0, total: 0 }
  const layer = Layer.succeed(Kdf.Kdf, {
    derive: (_algorithm, _secret, { length }) =>
      Effect.gen(function* () {
        counts.total++
        counts.most = Math.max(counts.most, ++counts.running)
        yield* Deferred.await(go)
        return new Uint8Array(length)
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            counts.running--
          }),
        ),
      ),
  })
  return { counts, go, layer }
})

describe("PasswordHash", () => {
  it.effect("makes the PHC string of argon2id with the documented cost", () =>
    Effect.gen(function* () {
      const passwords = yield* PasswordHash
      const hash = Redacted.value(yield* passwords.hash(secret("correct horse")))
      const form = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/
      assert.match(hash, form)
      const [, salt, key] = form.exec(hash)!
      const expected = argon2Sync("argon2id", {
        message: "correct horse",
        nonce: Buffer.from(salt!, "base64"),
        memory: 19_456,
        passes: 2,
        parallelism: 1,
        tagLength: 32,
      })
      assert.strictEqual(key, expected.toString("base64").replace(/=+$/, ""))
      assert.isTrue(yield* passwords.verify(secret("correct horse"), Redacted.make(hash)))
      assert.isFalse(yield* passwords.verify(secret("correct horsf"), Redacted.make(hash)))
      assert.isFalse(passwords.needsRehash(Redacted.make(hash)))
    }).pipe(Effect.provide(byDefault)),
  )

  it.effect("verifies what the reference implementation of argon2 hashed", () =>
    Effect.gen(function* () {
      const passwords = yield* PasswordHash
      // From the test vectors of github.com/P-H-C/phc-winner-argon2 (src/test.c).
      const vectors = [
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
      ]
      for (const vector of vectors) {
        assert.isTrue(yield* passwords.verify(secret("password"), Redacted.make(vector)), vector)
        assert.isFalse(yield* passwords.verify(secret("Password"), Redacted.make(vector)), vector)
        assert.isTrue(passwords.needsRehash(Redacted.make(vector)))
      }
    }).pipe(Effect.provide(byDefault)),
  )

  it.effect("gives the same password two hashes, and two spellings of a letter one", () =>
    Effect.gen(function* () {
      const passwords = yield* PasswordHash
      const one = yield* passwords.hash(secret("é"))
      const two = yield* passwords.hash(secret("é"))
      assert.notStrictEqual(Redacted.value(one), Redacted.value(two))
      assert.isTrue(yield* passwords.verify(secret("e\u0301"), one))
      assert.isFalse(yield* passwords.verify(secret("e"), one))
    }).pipe(Effect.provide(withSettings(cheap))),
  )

  it.effect("refuses a stored hash that is malformed or asks for too much, without obeying it", () =>
    Effect.gen(function* () {
      const { counts, go, layer } = yield* heldKdf
      yield* Deferred.succeed(go, undefined)
      const asked: Array<number> = []
      const watching = Layer.effect(
        Kdf.Kdf,
        Effect.map(Kdf.Kdf, (kdf) =>
          Kdf.Kdf.of({
            derive: (algorithm, password, options) => {
              asked.push(algorithm._tag === "Argon2id" ? algorithm.memory * algorithm.passes : 0)
              return kdf.derive(algorithm, password, options)
            },
          }),
        ),
      ).pipe(Layer.provide(layer))
      const good = "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
      const hostile = [
        "",
        "$",
        "password",
        "$argon2id$",
        "$2b$10$abcdefghijklmnopqrstuv",
        `$argon2id$v=19$m=4194304,t=2,p=1${good}`,
        `$argon2id$v=19$m=999999,t=2,p=1${good}`,
        `$argon2id$v=19$m=65536,t=99,p=1${good}`,
        `$argon2id$v=19$m=65536,t=2,p=99${good}`,
        `$argon2id$v=19$m=8,t=2,p=2${good}`,
        `$argon2id$v=19$m=65536,t=0,p=1${good}`,
        `$argon2id$v=19$m=65536,t=2,p=0${good}`,
        `$argon2id$v=19$m=-1,t=2,p=1${good}`,
        `$argon2id$v=19$m=1e3,t=2,p=1${good}`,
        `$argon2id$v=16$m=65536,t=2,p=1${good}`,
        `$argon2i$v=19$m=65536,t=2,p=1${good}`,
        `$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$`,
        `$argon2id$v=19$m=65536,t=2,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc`,
        `$argon2id$v=19$m=65536,t=2,p=1${good}${"A".repeat(10_000)}`,
      ]
      yield* Effect.gen(function* () {
        const passwords = yield* PasswordHash
        for (const hash of hostile) {
          assert.isFalse(yield* passwords.verify(secret("password"), Redacted.make(hash)), hash)
          assert.isTrue(passwords.needsRehash(Redacted.make(hash)))
        }
      }).pipe(Effect.provide(withSettings(cheap, watching)))
      assert.strictEqual(counts.total, hostile.length)
      // Each cost what a good one costs: today's parameters, not the hash's own.
      assert.deepStrictEqual(new Set(asked), new Set([cheap.memory * cheap.passes]))
    }),
  )

  it.effect("makes a few hashes at once; the others wait their turn; beyond the bound they are sent away", () =>
    Effect.gen(function* () {
      const { counts, go, layer } = yield* heldKdf
      yield* Effect.gen(function* () {
        const passwords = yield* PasswordHash
        const hash = passwords.hash(secret("x"))
        const fibers = yield* Effect.forEach(Array.from({ length: 12 }), () =>
          Effect.forkChild(hash, { startImmediately: true }),
        )
        yield* Effect.yieldNow
        assert.deepStrictEqual(counts, { running: 2, most: 2, total: 2 })
        const busy = yield* Effect.flip(hash)
        assert.strictEqual(busy._tag, "Busy")
        assert.include(busy.message, "try again in 1 s")
        // Who leaves the queue makes room for another.
        yield* Fiber.interrupt(fibers[11]!)
        fibers[11] = yield* Effect.forkChild(hash, { startImmediately: true })
        yield* Deferred.succeed(go, undefined)
        yield* Effect.forEach(fibers, Fiber.join)
        assert.deepStrictEqual(counts, { running: 0, most: 2, total: 12 })
        yield* hash
      }).pipe(Effect.provide(withSettings({ ...cheap, maxWaiting: 10 }, layer)))
    }),
  )

  it.effect("pretending takes a hash's turn", () =>
    Effect.gen(function* () {
      const { counts, go, layer } = yield* heldKdf
      yield* Deferred.succeed(go, undefined)
      yield* Effect.provide(
        Effect.flatMap(PasswordHash, (passwords) => passwords.pretend(secret("x"))),
        withSettings(cheap, layer),
      )
      assert.strictEqual(counts.total, 1)
    }),
  )

  it.effect("says when there will be room again", () =>
    Effect.gen(function* () {
      const { go, layer } = yield* heldKdf
      yield* Effect.gen(function* () {
        const passwords = yield* PasswordHash
        const fibers = yield* Effect.forEach([1, 2, 3], () =>
          Effect.forkChild(passwords.hash(secret("x")), { startImmediately: true }),
        )
        // Three are made two at once: in two turns of 50 ms.
        assert.strictEqual(Duration.toMillis((yield* Effect.flip(passwords.hash(secret("x")))).retryAfter), 100)
        yield* Deferred.succeed(go, undefined)
        yield* Effect.forEach(fibers, Fiber.join)
      }).pipe(Effect.provide(withSettings({ ...cheap, maxWaiting: 1 }, layer)))
    }),
  )

  it.effect("makes a hash anew whose cost, salt or key is another than today's", () =>
    Effect.gen(function* () {
      const { needsRehash } = yield* PasswordHash
      const cost = { memory: 64, passes: 1, parallelism: 1 }
      const needs = (more: Partial<Phc.Cost>, salt = 16, key = 32) =>
        needsRehash(
          Redacted.make(
            Phc.format({ cost: { ...cost, ...more }, salt: new Uint8Array(salt), key: new Uint8Array(key) }),
          ),
        )
      assert.isFalse(needs({}))
      assert.isTrue(needs({ memory: 65 }))
      assert.isTrue(needs({ memory: 63 }))
      assert.isTrue(needs({ passes: 2 }))
      assert.isTrue(needs({ parallelism: 2 }))
      assert.isTrue(needs({}, 8))
      assert.isTrue(needs({}, 16, 16))
      assert.isTrue(needsRehash(Redacted.make("none")))
    }).pipe(Effect.provide(withSettings(cheap))),
  )

  it.effect("verifies a hash at the cost and the length that it names", () =>
    Effect.gen(function* () {
      const passwords = yield* PasswordHash
      const salt = Buffer.from("a longer salt of some bytes")
      const cost = { memory: 128, passes: 3, parallelism: 2 }
      const key = argon2Sync("argon2id", { message: "secret", nonce: salt, ...cost, tagLength: 20 })
      const hash = Redacted.make(Phc.format({ cost, salt, key }))
      assert.isTrue(yield* passwords.verify(secret("secret"), hash))
      assert.isFalse(yield* passwords.verify(secret("secreT"), hash))
    }).pipe(Effect.provide(withSettings(cheap))),
  )

  it("costs what OWASP asks for, and leaves a thread for files, without any settings", () => {
    assert.deepStrictEqual(PasswordHash.Settings.defaultValue(), {
      memory: 19_456,
      passes: 2,
      parallelism: 1,
      atOnce: Math.min(availableParallelism(), 3),
      maxWaiting: 256,
    })
  })
})

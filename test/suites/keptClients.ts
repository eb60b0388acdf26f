import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type KeptClient, KeptClients, maxKeptPerUser } from "../../src/accounts/KeptClients.ts"
import { UserId } from "../../src/domain/User.ts"

const [ann, bob] = [UserId.make("u-ann"), UserId.make("u-bob")]

const client = (name: string, more: Partial<KeptClient> = {}): KeptClient => ({
  user: ann,
  client: name,
  since: 1000,
  until: 1_900_000_000_000,
  state: `state of ${name}`,
  ...more,
})

/** What every `KeptClients` keeps to. The layer is built anew, and empty, for each test. */
export const keptClients = (name: string, layer: Layer.Layer<KeptClients, unknown>) =>
  describe(`clients that are gone ${name}`, () => {
    const test = (title: string, body: (kept: KeptClients["Service"]) => Effect.Effect<void, unknown>) =>
      it.effect(title, () => Effect.provide(Effect.flatMap(KeptClients, body), Layer.fresh(layer)))

    test("are each had by one who takes it, and by their own users", (kept) =>
      Effect.gen(function* () {
        const take = (user: UserId, name: string) => Effect.map(kept.take(user, name, 5000), Option.getOrUndefined)
        const strange = "it's \0 \u{1f642}".replace("\0", "")
        yield* kept.keep(client("phone"))
        yield* kept.keep(client("phone", { user: bob, state: "bob's" }))
        yield* kept.keep(client(strange, { state: '{"a":"\u00e9"}' }))
        assert.isUndefined(yield* take(bob, "desk"))
        assert.strictEqual(yield* take(ann, "phone"), "state of phone")
        assert.isUndefined(yield* take(ann, "phone"))
        assert.strictEqual(yield* take(bob, "phone"), "bob's")
        assert.strictEqual(yield* take(ann, strange), '{"a":"\u00e9"}')
      }))

    test("are what the later connection has left, whichever says so last", (kept) =>
      Effect.gen(function* () {
        yield* kept.keep(client("phone", { since: 2000, state: "later" }))
        yield* kept.keep(client("phone", { since: 1000, state: "earlier" }))
        assert.deepStrictEqual(yield* kept.take(ann, "phone", 5000), Option.some("later"))
        yield* kept.keep(client("phone", { since: 1000, state: "earlier" }))
        yield* kept.keep(client("phone", { since: 2000, state: "later" }))
        assert.deepStrictEqual(yield* kept.take(ann, "phone", 5000), Option.some("later"))
      }))

    test("are forgotten when their time is up, and beyond so many", (kept) =>
      Effect.gen(function* () {
        const names = ["a", "b", "c", "d", "e"]
        for (const [at, name] of names.entries()) yield* kept.keep(client(name, { until: 1000 * (at + 1) }))
        const left = Effect.gen(function* () {
          const found: Array<string> = []
          for (const name of names) if (Option.isSome(yield* kept.take(ann, name, 0))) found.push(name)
          return found
        })
        yield* kept.sweep(2000, 2)
        assert.deepStrictEqual(yield* left, ["d", "e"])
        yield* kept.sweep(0, 2)
        yield* kept.keep(client("a", { until: 1000 }))
        assert.deepStrictEqual(yield* kept.take(ann, "a", 1000), Option.none())
        assert.deepStrictEqual(yield* kept.take(ann, "a", 0), Option.none())
      }))

    test("are so many of a user: the one goes that would be forgotten first", (kept) =>
      Effect.gen(function* () {
        yield* kept.keep(client("bob's", { user: bob, until: 1 }))
        for (let n = 0; n < maxKeptPerUser + 2; n++) yield* kept.keep(client(`c${n}`, { until: 10_000 - n }))
        const has = (name: string) => Effect.map(kept.take(ann, name, 0), Option.isSome)
        assert.deepStrictEqual(
          [yield* has("c0"), yield* has(`c${maxKeptPerUser - 1}`), yield* has(`c${maxKeptPerUser}`)],
          [true, true, false],
        )
        assert.isTrue(Option.isSome(yield* kept.take(bob, "bob's", 0)))
      }))
  })

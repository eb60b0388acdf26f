import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type SigningKey, SigningKeys } from "../../src/accounts/SigningKeys.ts"

const key = (id: string, signsFrom: number): SigningKey => ({
  id,
  publicKey: `public half of ${id}`,
  privateKey: Redacted.make(`private half of ${id}`),
  signsFrom,
})

/** With what is secret in them shown, which no comparison looks into. */
const shown = (keys: ReadonlyArray<SigningKey>) =>
  keys.map(({ id, privateKey, publicKey, signsFrom }) => [id, publicKey, Redacted.value(privateKey), signsFrom])

/** What every `SigningKeys` keeps to. The layer is built anew, and empty, for each test. */
export const signingKeys = (name: string, layer: Layer.Layer<SigningKeys, unknown>) =>
  describe(`signing keys ${name}`, () => {
    const test = (title: string, body: (keys: SigningKeys["Service"]) => Effect.Effect<void, unknown>) =>
      it.effect(title, () => Effect.provide(Effect.flatMap(SigningKeys, body), Layer.fresh(layer)))

    test("are none at first", (keys) => Effect.map(keys.list, (all) => assert.deepStrictEqual(all, [])))

    test("are listed in the order in which they sign, with both halves", (keys) =>
      Effect.gen(function* () {
        const [late, early] = [key("a", 1_900_000_000_000), key("b", 1_700_000_000_000)]
        yield* keys.add(late)
        yield* keys.add(early)
        assert.deepStrictEqual(shown(yield* keys.list), shown([early, late]))
      }))

    test("are added once: a key stays as it is", (keys) =>
      Effect.gen(function* () {
        yield* keys.add(key("a", 1))
        yield* keys.add(key("a", 2))
        assert.deepStrictEqual(shown(yield* keys.list), shown([key("a", 1)]))
      }))

    test("are removed, those that are not there too", (keys) =>
      Effect.gen(function* () {
        yield* keys.add(key("a", 1))
        yield* keys.add(key("b", 2))
        yield* keys.remove("a")
        yield* keys.remove("nobody's")
        assert.deepStrictEqual(shown(yield* keys.list), shown([key("b", 2)]))
      }))
  })

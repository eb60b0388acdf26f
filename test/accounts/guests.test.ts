/** Who a guest is, and who can come back as one. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Guests from "../../src/accounts/internal/guests.ts"
import * as Secrets from "../../src/accounts/internal/secrets.ts"
import { isGuestId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"

const guests = Effect.map(Secrets.make("natg_"), Guests.make)
const name = (text: string) => Username.make(text)

const coded = (text: string) => Buffer.from(text).toString("base64url")

const test = (title: string, body: (guest: Effect.Success<typeof guests>) => Effect.Effect<void>) =>
  it.effect(title, () =>
    Effect.flatMap(guests, body).pipe(Effect.provide([NodeCrypto.layerDigest, NodeCrypto.layerSecureRandom])),
  )

describe("a guest", () => {
  test(
    "is the same again by the token, in whatever spelling, and by no other",
    Effect.fnUntraced(function* ({ byToken, fresh, tokenOf }) {
      const bob = yield* fresh(name("Bob"))
      assert.deepStrictEqual({ ...bob, id: "" }, { id: "", name: "Bob", role: "guest" } as never)
      assert.isTrue(isGuestId(bob.id))
      const token = tokenOf(bob)!
      assert.match(Redacted.value(token), /^natg_[A-Za-z0-9_-]{43}\.Qm9i$/)
      const back = yield* byToken(token)
      assert.deepStrictEqual(back, bob)
      // Who came back has the same token, and so comes back again.
      assert.strictEqual(Redacted.value(tokenOf(back!)!), Redacted.value(token))
      const [secret] = Redacted.value(token).split(".")
      const as = (other: string) =>
        Effect.map(byToken(Redacted.make(`${secret}.${coded(other)}`)), (user) => user && [user.name, user.id])
      assert.deepStrictEqual<unknown>(yield* as("BOB"), ["BOB", bob.id])
      const ann = yield* as("ann")
      assert.strictEqual(ann?.[0], "ann")
      assert.notStrictEqual(ann?.[1], bob.id)
    }),
  )

  test(
    "of the same name is somebody else each time",
    Effect.fnUntraced(function* ({ fresh, tokenOf }) {
      const [one, other] = [yield* fresh(name("bob")), yield* fresh(name("bob"))]
      assert.notStrictEqual(one.id, other.id)
      assert.notStrictEqual(Redacted.value(tokenOf(one)!), Redacted.value(tokenOf(other)!))
    }),
  )

  test(
    "whom nobody let in here has no token, whatever is claimed",
    Effect.fnUntraced(function* ({ fresh, tokenOf }) {
      assert.isUndefined(tokenOf({ ...(yield* fresh(name("bob"))) }))
    }),
  )

  test(
    "whose token would be longer than one that can be sent has none",
    Effect.fnUntraced(function* ({ byToken, fresh, tokenOf }) {
      // 155 bytes of name are 207 characters, behind 49 of secret and dot.
      const longest = yield* fresh(name(`${"語".repeat(51)}ab`))
      const token = tokenOf(longest)!
      assert.strictEqual(Redacted.value(token).length, 256)
      assert.deepStrictEqual(yield* byToken(token), longest)
      assert.isUndefined(tokenOf(yield* fresh(name("語".repeat(52)))))
    }),
  )

  test(
    "is nobody by a token that is not one of a guest's",
    Effect.fnUntraced(function* ({ byToken, fresh, tokenOf }) {
      const token = Redacted.value(tokenOf(yield* fresh(name("bob")))!)
      const [secret] = token.split(".")
      for (const wrong of [
        "",
        ".",
        secret!,
        `${secret}.`,
        `${secret}.!`,
        `${token}.`,
        `${token}.${coded("x")}`,
        // A name that was none, one that cannot be new, and one that is too long.
        `${secret}.${coded("bob ")}`,
        `${secret}.${coded("a: b")}`,
        `${secret}.${coded("x".repeat(65))}`,
        // Secrets that are none.
        `${secret!.slice(0, -1)}.${coded("bob")}`,
        `${secret}A.${coded("bob")}`,
        `nat_${"A".repeat(43)}.${coded("bob")}`,
        `.${coded("bob")}`,
      ]) {
        assert.isUndefined(yield* byToken(Redacted.make(wrong)), wrong)
      }
    }),
  )
})

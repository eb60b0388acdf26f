/** Invitations by a link, as they go over hours, many people and many channels. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { Hub } from "../../src/embedding/Hub.ts"
import { maxInviteLinks } from "../../src/domain/InviteCode.ts"
import { TestServer } from "../../src/testing/TestServer.ts"

const served = Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined } }))

const named = (name: string, role: "admin" | "member" = "member") =>
  Effect.gen(function* () {
    const { accounts } = yield* TestServer
    return yield* accounts.add({ name, password: Redacted.make("a long password"), role })
  })

/** Ann's private channel. */
const den = Effect.gen(function* () {
  const hub = yield* Hub
  const ann = yield* hub.as(yield* named("ann"))
  yield* ann.createChannel("den", { access: "private" })
  const invitation = (options?: { readonly lifetime?: number; readonly uses?: number }) =>
    Effect.map(ann.createInviteLink("den", options), ({ code, link }) => ({ code: Redacted.value(code), link }))
  const person = (name: string) => Effect.flatMap(named(name), (user) => hub.as(user))
  return { ann, hub, invitation, person }
})

const reason = <A, R>(effect: Effect.Effect<A, { readonly reason: string }, R>) =>
  Effect.map(Effect.result(effect), (result) => (Result.isFailure(result) ? result.failure.reason : "done"))

describe("an invitation by a link", () => {
  it.effect("lets somebody into a private channel, whom the members are told of, and the audit log", () =>
    Effect.gen(function* () {
      const { ann, hub, invitation, person } = yield* den
      const watching = yield* hub.connect(ann.user)
      yield* watching.join("den")
      const { code, link } = yield* invitation()
      const bob = yield* person("bob")
      assert.strictEqual(yield* reason(bob.history("den")), "Forbidden")
      assert.deepStrictEqual<unknown>(yield* bob.acceptInvite(code), { channel: "den" })
      yield* bob.publish("den", "I am in")
      const { entries } = yield* ann.audit("den")
      assert.deepStrictEqual(entries.map(({ action, by, detail }) => [action, by.name, detail]).slice(0, 2), [
        ["accept", "bob", link.id],
        ["link", "ann", JSON.stringify({ id: link.id })],
      ] as never)
      assert.notInclude(JSON.stringify(entries), code)
      const { roles } = yield* ann.describe("den")
      assert.deepInclude(roles, { username: "bob", role: "member" } as never)
    }).pipe(Effect.scoped, served),
  )

  it.effect("is good for as many as it says, however many come at once, and nobody counts twice", () =>
    Effect.gen(function* () {
      const { ann, invitation, person } = yield* den
      const { code } = yield* invitation({ uses: 3 })
      const people = yield* Effect.forEach(
        Array.from({ length: 8 }, (_, n) => `p${n}`),
        person,
      )
      const outcomes = yield* Effect.forEach(people, (one) => reason(one.acceptInvite(code)), {
        concurrency: "unbounded",
      })
      assert.deepStrictEqual(outcomes.toSorted(), [
        ...Array<string>(5).fill("NoSuchInvitation"),
        ...Array<string>(3).fill("done"),
      ])
      assert.deepStrictEqual(yield* ann.inviteLinks("den"), [])
      const { code: other } = yield* invitation({ uses: 1 })
      const inside = people[outcomes.indexOf("done")]!
      assert.strictEqual(yield* reason(inside.acceptInvite(other)), "done")
      assert.deepStrictEqual(
        (yield* ann.inviteLinks("den")).map(({ used }) => used),
        [0],
      )
    }).pipe(Effect.scoped, served),
  )

  it.effect("ends when its time is up", () =>
    Effect.gen(function* () {
      const { ann, invitation, person } = yield* den
      const { code } = yield* invitation({ lifetime: 60_000 })
      const [bob, cat] = [yield* person("bob"), yield* person("cat")]
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* reason(bob.acceptInvite(code)), "done")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* reason(cat.acceptInvite(code)), "NoSuchInvitation")
      assert.deepStrictEqual(yield* ann.inviteLinks("den"), [])
    }).pipe(Effect.scoped, served),
  )

  it.effect("leads where it did when the channel is called otherwise, and nowhere when it is gone", () =>
    Effect.gen(function* () {
      const { ann, hub, invitation, person } = yield* den
      const { code } = yield* invitation()
      const [bob, cat] = [yield* person("bob"), yield* person("cat")]
      yield* ann.rename("den", "cellar")
      yield* ann.createChannel("den", { access: "private" })
      assert.deepStrictEqual<unknown>(yield* bob.acceptInvite(code), { channel: "cellar" })
      assert.strictEqual(yield* reason(bob.history("den")), "Forbidden")
      const olga = yield* hub.as(yield* named("olga", "admin"))
      yield* olga.deleteChannel("cellar")
      assert.strictEqual(yield* reason(cat.acceptInvite(code)), "NoSuchInvitation")
    }).pipe(Effect.scoped, served),
  )

  it.effect("is one of few, and those that are over make room", () =>
    Effect.gen(function* () {
      const { ann, invitation } = yield* den
      for (let n = 0; n < maxInviteLinks - 1; n++) yield* invitation()
      yield* invitation({ lifetime: 1000 })
      assert.strictEqual(yield* reason(invitation()), "Forbidden")
      yield* TestClock.adjust("1 second")
      yield* invitation()
      assert.lengthOf(yield* ann.inviteLinks("den"), maxInviteLinks)
    }).pipe(
      Effect.scoped,
      Effect.provide(TestServer.layerMemory({ hub: { publishing: undefined, operations: undefined } })),
    ),
  )

  it.effect("is not for a token that is for other channels, and neither is the channel's name", () =>
    Effect.gen(function* () {
      const { invitation } = yield* den
      const { code } = yield* invitation()
      const bob = yield* named("bob")
      const { accounts, client2 } = yield* TestServer
      for (const [channels, answer] of [
        [["attic"], "Error"],
        [["den"], "InviteAccepted"],
      ] as const) {
        const { token } = yield* accounts.createToken(bob.name, { scope: { channels: [...channels] as never } })
        const client = yield* client2()
        yield* client.ask({ type: "Authenticate", token: Redacted.value(token) }, "LoggedIn")
        yield* client.send({ type: "AcceptInvite", ref: 9, code })
        let told = yield* client.next
        while (!("ref" in told) || told.ref !== 9) told = yield* client.next
        assert.strictEqual(told.type, answer)
        if (told.type === "Error") {
          assert.strictEqual(told.name, "OutOfScope")
          assert.notInclude(JSON.stringify(told), "den")
        }
      }
    }).pipe(Effect.scoped, served),
  )
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountSettings } from "../../src/accounts/AccountSettings.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { defaults } from "../../src/server/ServerSettings.ts"
import { accounts } from "./fixture.ts"

const here = "127.0.0.1"
const elsewhere = "203.0.113.5"

type Comer = readonly [name: string, address: string, role: string]

const signIn = (username: string, address: string, register?: boolean) =>
  Effect.flatMap(Accounts, (accounts) =>
    accounts.signIn({ username, password: Redacted.make("a secret"), address, register }),
  )

describe("the first administrator", () => {
  const cases: ReadonlyArray<readonly [string, Partial<AccountSettings>, ReadonlyArray<Comer>]> = [
    [
      "is whoever comes first, from this machine",
      { firstAdministrates: true },
      [
        ["ann", here, "admin"],
        ["bob", here, "member"],
        ["ann", elsewhere, "admin"],
      ],
    ],
    ["may come by a socket in the file system", { firstAdministrates: true }, [["ann", "unix", "admin"]]],
    [
      "is nobody from elsewhere, and nobody behind those",
      { firstAdministrates: true },
      [
        ["eve", elsewhere, "member"],
        ["ann", here, "member"],
      ],
    ],
    ["is nobody where that is not wanted", { firstAdministrates: false }, [["ann", here, "member"]]],
    ["is no guest", { firstAdministrates: true, mode: "guest" }, [["ann", here, "guest"]]],
  ]
  it.effect.each(cases)("%s", ([, settings, comers]) =>
    Effect.gen(function* () {
      for (const [name, address, role] of comers) {
        assert.strictEqual((yield* signIn(name, address)).role, role, `${name} from ${address}`)
      }
    }).pipe(Effect.provide(accounts(settings))),
  )

  it.effect("is one, of those who come at the same moment, and none where somebody was added before", () =>
    Effect.gen(function* () {
      const all = yield* Effect.all([signIn("ann", here), signIn("bob", here), signIn("cy", here)], {
        concurrency: "unbounded",
      })
      assert.lengthOf(
        all.filter(({ role }) => role === "admin"),
        1,
      )
    }).pipe(
      Effect.provide(accounts({ firstAdministrates: true })),
      Effect.andThen(
        Effect.gen(function* () {
          const { add } = yield* Accounts
          yield* add({ name: "root", password: Redacted.make("a secret"), role: "admin" })
          assert.strictEqual((yield* signIn("ann", here)).role, "member")
        }).pipe(Effect.provide(accounts({ firstAdministrates: true }))),
      ),
    ),
  )

  it.effect("is there by default in a service, and needs an account that is wanted", () =>
    Effect.gen(function* () {
      assert.strictEqual(defaults.accounts.firstAdministrates, true)
      const refused = yield* Effect.flip(signIn("ann", here, false))
      assert.strictEqual(refused._tag, "InvalidCredentials")
      let isNew = 0
      const { signIn: register } = yield* Accounts
      const ann = {
        username: "ann",
        password: Redacted.make("a secret"),
        address: here,
        onRegistered: () => void isNew++,
      }
      assert.strictEqual((yield* register(ann)).role, "admin")
      yield* register({ ...ann, register: false })
      assert.strictEqual(isNew, 1)
    }).pipe(Effect.provide(accounts({ firstAdministrates: true }))),
  )
})

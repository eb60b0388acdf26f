/** How people come into the page, for each way in which a service takes new ones. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"
import { open, password } from "./Person.ts"
import * as Site from "./Site.ts"

const minute = 60_000

layer(Site.Chrome.layer, { excludeTestServices: true, timeout: minute })("at the door of the page", (it) => {
  const where = (
    name: string,
    accounts: Settings["accounts"],
    test: (origin: string) => Effect.Effect<void, never, Site.Chrome | TestServer | Scope.Scope>,
  ): void =>
    it.effect(
      name,
      () =>
        Effect.flatMap(Site.origin, test).pipe(
          Effect.scoped,
          Effect.provide(
            Layer.unwrap(
              Effect.map(Site.withPage({ log: "None", ...(accounts && { accounts }) }), TestServer.layerTcp),
            ),
          ),
        ),
      minute,
    )

  where("a name is enough for a guest, who is the same after a reload", { mode: "guest" }, (origin) =>
    Effect.gen(function* () {
      const browser = yield* Site.Chrome
      const guest = yield* open(browser, origin)
      const other = yield* open(browser, origin)
      yield* Effect.promise(async () => {
        const enter = async ({ tab }: typeof guest, name: string) => {
          await tab.getByLabel("Your name").fill(name)
          await tab.getByRole("button", { name: "Talk as a guest" }).click()
        }
        assert.isFalse(await guest.tab.getByLabel("Password").isVisible())
        await enter(guest, "visitor")
        await guest.say("hello")
        await guest.sees("hello")
        await guest.tab.reload()
        await guest.sees("hello")
        await guest.say("again")
        await guest.sees("again")
        // The name is taken as long as its guest is there.
        await enter(other, "visitor")
        await other.tab.getByRole("alert").getByText("Somebody has this name").waitFor()
        await enter(other, "late")
        await other.sees("again")
        assert.deepStrictEqual([...guest.complaints, ...other.complaints], [])
      })
    }),
  )

  where("a wrong password and an impossible name are said to be so", undefined, (origin) =>
    Effect.gen(function* () {
      const browser = yield* Site.Chrome
      const { accounts } = yield* TestServer
      yield* Effect.orDie(accounts.add({ name: "ann", password: Redacted.make(password), role: "member" }))
      const ann = yield* open(browser, origin)
      yield* Effect.promise(async () => {
        const { tab } = ann
        const enter = async (name: string, secret: string) => {
          await tab.getByLabel("Your name").fill(name)
          await tab.getByLabel("Password").fill(secret)
          await tab.getByRole("button", { name: "Sign in" }).click()
        }
        await enter("ann", "wrong password")
        await tab
          .getByRole("alert")
          .getByText("That is not the password of ann, if there is one of that name.")
          .waitFor()
        await enter("a:b", password)
        await tab.getByRole("alert").getByText(/":"/).waitFor()
        await enter("ann", password)
        await tab.locator(".composer textarea").waitFor()
        assert.deepStrictEqual(ann.complaints, [])
      })
    }),
  )

  where("a new name is registered when the same password is typed twice, and that is said", undefined, (origin) =>
    Effect.gen(function* () {
      const browser = yield* Site.Chrome
      const { accounts } = yield* TestServer
      yield* Effect.orDie(accounts.add({ name: "ann", password: Redacted.make(password), role: "member" }))
      const person = yield* open(browser, origin)
      const isThere = (name: string) => Effect.map(Effect.orDie(accounts.find(name as never)), Option.isSome)
      const { tab } = person
      const alert = tab.getByRole("alert")
      const again = tab.getByLabel("Type it again")
      yield* Effect.promise(async () => {
        await tab.getByLabel("Your name").fill("bob")
        await tab.getByLabel("Password").fill(password)
        await tab.keyboard.press("Enter")
        await alert
          .getByText("That is not the password of bob, if there is one of that name. Type it again to register bob")
          .waitFor()
        await tab.keyboard.type("something else")
        await tab.keyboard.press("Enter")
        await alert.getByText("That is not the same password").waitFor()
        // Another name is tried before anybody is registered, and so is another password.
        await tab.getByLabel("Your name").fill("ann")
        await again.waitFor({ state: "detached" })
        await tab.getByLabel("Password").fill("another password")
        await tab.getByRole("button", { name: "Sign in" }).click()
        await again.fill("another password")
        await tab.getByRole("button", { name: "Register" }).click()
        await alert.getByText("Somebody has this name").waitFor()
        await tab.getByLabel("Your name").fill("bob")
        await tab.getByRole("button", { name: "Sign in" }).click()
        await again.waitFor()
      })
      assert.isFalse(yield* isThere("bob"))
      yield* Effect.promise(async () => {
        await again.fill("another password")
        await tab.getByRole("button", { name: "Register" }).click()
        await alert.getByText("You are new here").waitFor()
        await tab.locator(".composer textarea").waitFor()
      })
      assert.isTrue(yield* isThere("bob"))
      assert.deepStrictEqual(person.complaints, [])
    }),
  )

  where("an invitation leads to an account, once", { mode: "invite" }, (origin) =>
    Effect.gen(function* () {
      const browser = yield* Site.Chrome
      const { accounts } = yield* TestServer
      const invite = yield* Effect.orDie(accounts.invite())
      const code = Redacted.value(invite.code)
      const ann = yield* open(browser, `${origin}/invite/${encodeURIComponent(code)}`)
      const bob = yield* open(browser, `${origin}/invite/${encodeURIComponent(code)}`)
      yield* Effect.promise(async () => {
        for (const [person, name] of [
          [ann, "ann"],
          [bob, "bob"],
        ] as const) {
          await person.tab.getByText("You are invited").waitFor()
          await person.tab.getByLabel("Your name").fill(name)
          await person.tab.getByLabel("Password").fill(password)
          await person.tab.getByLabel("Type it again").fill(password)
          await person.tab.getByRole("button", { name: "Register" }).click()
          if (person === ann) await person.tab.locator(".composer textarea").waitFor()
        }
        await bob.tab.getByRole("alert").getByText("The invitation is used or has expired").waitFor()
      })
    }),
  )

  where("who cannot register is told who makes accounts", { mode: "closed" }, (origin) =>
    Effect.gen(function* () {
      const browser = yield* Site.Chrome
      const ann = yield* open(browser, origin)
      yield* Effect.promise(async () => {
        await ann.tab.getByText("New accounts are made by the administrators here.").waitFor()
        assert.isFalse(await ann.tab.getByRole("button", { name: "I want an account" }).isVisible())
      })
    }),
  )
})

/** What the `natter user` commands do. */
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { shownName } from "../../domain/PlainName.ts"
import { printList } from "../table.ts"
import { timeFor } from "../timestamp.ts"
import { administer, administerWithPassword, type Where } from "./administer.ts"

interface OfUser extends Where {
  readonly name: string
}

export const add = (given: OfUser & { readonly admin: boolean }) =>
  administerWithPassword(
    given,
    (accounts, password) =>
      Effect.flatMap(
        accounts.add({ name: given.name, password, role: given.admin ? "admin" : "member" }),
        ({ name, role }) =>
          given.json
            ? Console.log(JSON.stringify({ name, role }))
            : Console.error(`${shownName(name)} can sign in as ${role}`),
      ),
    { make: true },
  )

export const list = (given: Where) =>
  administer(given, (accounts) =>
    Effect.flatMap(accounts.users, (users) =>
      printList(
        given.json,
        users.map(({ createdAt, disabled, id, name, role }) => ({
          name: given.json ? name : shownName(name),
          role,
          state: disabled ? "disabled" : "enabled",
          created: timeFor(given.json)(createdAt),
          id,
        })),
      ),
    ),
  )

export const passwd = (given: OfUser) =>
  administerWithPassword(given, (accounts, password) =>
    Effect.andThen(
      accounts.setPassword(given.name, password),
      Console.error(`${given.name} has a new password; sessions and tokens ended`),
    ),
  )

export const role = (given: OfUser & { readonly role: "admin" | "member" }) =>
  administer(given, (accounts) =>
    Effect.andThen(
      accounts.setRole(given.name, given.role),
      Console.error(`${shownName(given.name)} is ${given.role === "admin" ? "an administrator" : "a member"} now`),
    ),
  )

export const disable = (given: OfUser) =>
  administer(given, (accounts) =>
    Effect.andThen(accounts.disable(given.name), Console.error(`${given.name} is kept out; sessions and tokens ended`)),
  )

export const enable = (given: OfUser) =>
  administer(given, (accounts) =>
    Effect.andThen(accounts.enable(given.name), Console.error(`${given.name} can sign in again`)),
  )

export const invite = (given: Where & { readonly expires: Option.Option<Duration.Duration> }) =>
  administer(
    given,
    (accounts) =>
      Effect.gen(function* () {
        const { code, expiresAt } = yield* accounts.invite(Option.getOrUndefined(given.expires))
        const expires = timeFor(given.json)(expiresAt)
        if (given.json) return yield* Console.log(JSON.stringify({ code: Redacted.value(code), expires }))
        yield* Console.error(`registers one name until ${expires}:`)
        yield* Console.log(Redacted.value(code))
      }),
    { make: true },
  )

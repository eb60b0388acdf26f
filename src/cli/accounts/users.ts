/** What the `natter user` commands do. */
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { Accounts } from "../../accounts/Accounts.ts"
import { administer, administerWithPassword } from "./administer.ts"
import { shownName } from "../../domain/PlainName.ts"
import { printList } from "../table.ts"
import type { SettingFlags } from "../settingFlags.ts"
import { time } from "../timestamp.ts"

interface NameFlags extends SettingFlags {
  readonly name: string
}

export const add = (given: NameFlags & { readonly admin: boolean }) =>
  administerWithPassword(
    given,
    Effect.fnUntraced(function* (password) {
      const accounts = yield* Accounts
      const user = yield* accounts.add({ name: given.name, password, role: given.admin ? "admin" : "member" })
      yield* Console.error(`${shownName(user.name)} can sign in as ${user.role}`)
    }),
    { make: true },
  )

export const list = (given: SettingFlags & { readonly json: boolean }) =>
  administer(
    given,
    Effect.gen(function* () {
      const accounts = yield* Stream.runCollect((yield* Accounts).list)
      yield* printList(
        given.json,
        accounts.map(({ createdAt, disabled, id, name, role }) => ({
          name: given.json ? name : shownName(name),
          role,
          state: disabled ? "disabled" : "enabled",
          created: time(createdAt),
          id,
        })),
      )
    }),
  )

export const passwd = (given: NameFlags) =>
  administerWithPassword(
    given,
    Effect.fnUntraced(function* (password) {
      yield* (yield* Accounts).setPassword(given.name, password)
      yield* Console.error(`${given.name} has a new password; sessions and tokens ended`)
    }),
  )

export const disable = (given: NameFlags) =>
  administer(
    given,
    Effect.gen(function* () {
      yield* (yield* Accounts).disable(given.name)
      yield* Console.error(`${given.name} is kept out; sessions and tokens ended`)
    }),
  )

export const enable = (given: NameFlags) =>
  administer(
    given,
    Effect.gen(function* () {
      yield* (yield* Accounts).enable(given.name)
      yield* Console.error(`${given.name} can sign in again`)
    }),
  )

export const invite = (given: SettingFlags & { readonly expires: Option.Option<Duration.Duration> }) =>
  administer(
    given,
    Effect.gen(function* () {
      const { code, expiresAt } = yield* (yield* Accounts).invite(Option.getOrUndefined(given.expires))
      yield* Console.error(`registers one name until ${time(expiresAt)}:`)
      yield* Console.log(Redacted.value(code))
    }),
    { make: true },
  )

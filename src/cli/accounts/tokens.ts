/** What the `natter token` commands do. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { Accounts } from "../../accounts/Accounts.ts"
import { administer } from "./administer.ts"
import { shownName } from "../../domain/PlainName.ts"
import { printList } from "../table.ts"
import type { SettingFlags } from "../settingFlags.ts"
import { scopeOf, shownScope } from "./scopeFlags.ts"
import { time } from "../timestamp.ts"

/** A name in a table, where it must not look like two columns. */
const shownIn = (json: boolean, name: string): string => (json ? name : shownName(name))

export const create = (
  given: SettingFlags & {
    readonly name: string
    readonly label: Option.Option<string>
    readonly expires: Option.Option<Duration.Duration>
  } & Parameters<typeof scopeOf>[0],
) =>
  administer(
    given,
    Effect.gen(function* () {
      const { id, token } = yield* (yield* Accounts).createToken(given.name, {
        label: Option.getOrUndefined(given.label),
        lifetime: Option.getOrUndefined(given.expires),
        scope: scopeOf(given),
      })
      yield* Console.error(`signs in as ${given.name}, until \`natter token revoke ${id}\`:`)
      yield* Console.log(Redacted.value(token))
    }),
  )

export const list = (given: SettingFlags & { readonly name: Option.Option<string>; readonly json: boolean }) =>
  administer(
    given,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const now = yield* Clock.currentTimeMillis
      const names = new Map((yield* Stream.runCollect(accounts.list)).map(({ id, name }) => [id, name]))
      const tokens = yield* Stream.runCollect(accounts.tokens(Option.getOrUndefined(given.name)))
      yield* printList(
        given.json,
        tokens.map((token) => ({
          id: token.id,
          user: shownIn(given.json, names.get(token.userId) ?? token.userId),
          kind: token.kind,
          label: token.label,
          ...shownScope(token.scope),
          state: token.revokedAt !== null ? "revoked" : (token.expiresAt ?? Infinity) > now ? "live" : "expired",
          created: time(token.createdAt),
          expires: time(token.expiresAt),
          used: time(token.lastUsedAt),
        })),
      )
    }),
  )

export const revoke = (given: SettingFlags & { readonly id: string }) =>
  administer(
    given,
    Effect.gen(function* () {
      yield* (yield* Accounts).revokeToken(given.id)
      yield* Console.error("revoked; sessions that signed in with it end")
    }),
  )

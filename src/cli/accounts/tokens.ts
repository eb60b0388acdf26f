/** What the `natter token` commands do. */
import * as Console from "effect/Console"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { shownName } from "../../domain/PlainName.ts"
import { printList } from "../table.ts"
import { localTime, time, timeFor } from "../timestamp.ts"
import { administer, type Where } from "./administer.ts"
import { scopeOf, shownScope } from "./scopeFlags.ts"

/** A name in a table, where it must not look like two columns. */
const shownIn = (json: boolean, name: string): string => (json ? name : shownName(name))

export const create = (
  given: Where & {
    readonly name: string
    readonly label: Option.Option<string>
    readonly expires: Option.Option<Duration.Duration>
  } & Parameters<typeof scopeOf>[0],
) =>
  administer(given, (accounts) =>
    Effect.gen(function* () {
      const { expiresAt, id, token } = yield* accounts.createToken(given.name, {
        label: Option.getOrUndefined(given.label),
        lifetime: Option.getOrUndefined(given.expires),
        scope: scopeOf(given),
      })
      if (given.json)
        return yield* Console.log(JSON.stringify({ id, token: Redacted.value(token), expires: time(expiresAt) }))
      const there = Option.match(given.api.address, { onNone: () => "", onSome: (address) => ` --address ${address}` })
      const end = expiresAt === null ? "" : ` until ${localTime(expiresAt)} or`
      yield* Console.error(`signs in as ${given.name}${end} until \`natter token revoke ${id}${there}\`:`)
      yield* Console.log(Redacted.value(token))
    }),
  )

export const list = (given: Where & { readonly name: Option.Option<string> }) =>
  administer(given, (accounts) =>
    Effect.flatMap(accounts.tokens(Option.getOrUndefined(given.name)), (tokens) =>
      printList(
        given.json,
        tokens.map((token) => ({
          id: token.id,
          user: shownIn(given.json, token.user),
          kind: token.kind,
          label: token.label,
          ...shownScope(token.scope),
          state: token.state,
          created: timeFor(given.json)(token.createdAt),
          expires: timeFor(given.json)(token.expiresAt),
          used: timeFor(given.json)(token.lastUsedAt),
        })),
      ),
    ),
  )

export const revoke = (given: Where & { readonly id: string }) =>
  administer(given, (accounts) =>
    Effect.andThen(accounts.revokeToken(given.id), Console.error("revoked; sessions that signed in with it end")),
  )

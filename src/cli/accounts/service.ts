/** Accounts of a running service, as an administrator there; one's own tokens, as anybody. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { maxInteger } from "../../domain/Limits.ts"
import { operationsOf, type Scope, type ScopeWord } from "../../domain/Scope.ts"
import { Username } from "../../domain/Username.ts"
import type { ApiFlags } from "../apiFlags.ts"
import { refused } from "../apiError.ts"
import { apiOf, serviceOf } from "../apiRequest.ts"
import type { Administration, ListedUser } from "./Administration.ts"

interface WrittenScope {
  readonly operations?: ReadonlyArray<ScopeWord>
  readonly channels?: Scope["channels"] & {}
}

const written = ({ channels, operations }: Scope): WrittenScope => ({
  ...(operations === undefined ? {} : { operations }),
  ...(channels === undefined ? {} : { channels }),
})

const read = (scope: WrittenScope | undefined): Scope | null =>
  scope === undefined
    ? null
    : { ...scope, operations: scope.operations === undefined ? undefined : operationsOf(scope.operations) }

/** Whose account. What is no name is refused when the request is put together. */
const named = (name: string) => ({ username: Username.make(name, { disableChecks: true }) })

/** The way to them. */
export const service = Effect.fnUntraced(function* (given: ApiFlags) {
  const asked = yield* serviceOf(given)
  const { invitations, me, tokens, users } = yield* apiOf(asked)
  const refuse = <A, E>(request: Effect.Effect<A, E>) => refused(request, asked, given)

  const administration: Administration = {
    add: ({ name, password, role }) =>
      refuse(users.add({ payload: { username: name, password: Redacted.value(password), role } })),
    users: refuse(
      Effect.gen(function* () {
        const all: Array<ListedUser> = []
        let after: string | undefined
        do {
          const page = yield* users.list({ query: after === undefined ? {} : { after } })
          all.push(...page.users.map(({ created_at: createdAt, ...user }) => ({ ...user, createdAt })))
          after = page.next
        } while (after !== undefined)
        return all
      }),
    ),
    setPassword: (name, password) =>
      refuse(users.setPassword({ params: named(name), payload: { password: Redacted.value(password) } })),
    setRole: (name, role) => refuse(users.change({ params: named(name), payload: { role } })),
    disable: (name) => refuse(users.change({ params: named(name), payload: { disabled: true } })),
    enable: (name) => refuse(users.change({ params: named(name), payload: { disabled: false } })),
    invite: (lifetime) =>
      Effect.map(
        refuse(
          invitations.create({
            payload: lifetime === undefined ? {} : { lifetime: Math.min(Duration.toMillis(lifetime), maxInteger) },
          }),
        ),
        ({ code, expires_at: expiresAt }) => ({ code: Redacted.make(code), expiresAt }),
      ),
    createToken: (name, { label, lifetime, scope }) =>
      Effect.map(
        refuse(
          tokens.create({
            payload: {
              ...named(name),
              ...(label === undefined ? {} : { label }),
              ...(scope === undefined ? {} : { scope: written(scope) }),
              ...(lifetime === undefined
                ? {}
                : { lifetime: Duration.isFinite(lifetime) ? Duration.toMillis(lifetime) : null }),
            },
          }),
        ),
        ({ expires_at: expiresAt, id, token }) => ({ id, token: Redacted.make(token), expiresAt }),
      ),
    tokens: (name) =>
      refuse(
        Effect.gen(function* () {
          const user = name ?? (yield* me.get({})).name
          const { tokens: all } = yield* tokens.list({ query: name === undefined ? {} : named(name) })
          return all.map(
            ({ created_at: createdAt, expires_at: expiresAt, id, label, last_used_at: lastUsedAt, scope }) => ({
              id,
              user,
              kind: "access",
              label,
              scope: read(scope),
              state: "live" as const,
              createdAt,
              expiresAt,
              lastUsedAt,
            }),
          )
        }),
      ),
    revokeToken: (id) => refuse(tokens.revoke({ params: { id } })),
  }
  return <A, E, R>(use: (accounts: Administration) => Effect.Effect<A, E, R>) => use(administration)
})

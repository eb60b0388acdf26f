/** What the commands about accounts ask of whoever keeps them: a data folder, or a service that runs. */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AccountRole } from "../../accounts/Account.ts"
import type { IssuedApiKey } from "../../accounts/AccountsShape.ts"
import type { TokenOptions } from "../../accounts/Token.ts"
import type { Scope } from "../../domain/Scope.ts"

/** Times are in milliseconds since 1970. */
export interface ListedUser {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly disabled: boolean
  readonly createdAt: number
}

export interface ListedToken {
  readonly id: string
  /** Whose, by name. */
  readonly user: string
  readonly kind: string
  readonly label: string | null
  readonly scope: Scope | null
  readonly state: "live" | "expired" | "revoked"
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

interface Failure {
  readonly message: string
}

export interface Administration {
  readonly add: (user: {
    readonly name: string
    readonly password: Redacted.Redacted
    readonly role: AccountRole
  }) => Effect.Effect<Pick<ListedUser, "name" | "role">, Failure>
  readonly users: Effect.Effect<ReadonlyArray<ListedUser>, Failure>
  readonly setPassword: (name: string, password: Redacted.Redacted) => Effect.Effect<void, Failure>
  readonly setRole: (name: string, role: AccountRole) => Effect.Effect<void, Failure>
  readonly disable: (name: string) => Effect.Effect<void, Failure>
  readonly enable: (name: string) => Effect.Effect<void, Failure>
  readonly invite: (
    lifetime: Duration.Duration | undefined,
  ) => Effect.Effect<{ readonly code: Redacted.Redacted; readonly expiresAt: number }, Failure>
  readonly createToken: (name: string, options: TokenOptions) => Effect.Effect<IssuedApiKey, Failure>
  /** Of one user; without a name everybody's in a folder, and one's own in a service. */
  readonly tokens: (name: string | undefined) => Effect.Effect<ReadonlyArray<ListedToken>, Failure>
  readonly revokeToken: (id: string) => Effect.Effect<void, Failure>
}

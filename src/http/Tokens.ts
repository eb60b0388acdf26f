/** Tokens and what they are for, as people write it. */
import type * as Effect from "effect/Effect"
import type { listSessions } from "../chat/account/operations.ts"
import { operationsOf, type Scope, type ScopeWord, wordsOf } from "../domain/Scope.ts"
import type { ChannelName } from "../domain/ChannelName.ts"

type OwnToken = Effect.Success<ReturnType<typeof listSessions>>[number]

interface WrittenScope {
  readonly operations?: ReadonlyArray<ScopeWord>
  readonly channels?: ReadonlyArray<ChannelName>
}

export const scopeOf = (written: WrittenScope | undefined): Scope | undefined => {
  if (written === undefined) return undefined
  const { channels, operations } = written
  return {
    ...(operations === undefined ? {} : { operations: operationsOf(operations) }),
    ...(channels === undefined ? {} : { channels }),
  }
}

/** As a part of an answer, which is left out where there is none. */
export const written = (scope: Scope | undefined): { readonly scope?: WrittenScope } => {
  if (scope === undefined) return {}
  const { channels, operations } = scope
  return {
    scope: {
      ...(operations === undefined ? {} : { operations: wordsOf(operations) }),
      ...(channels === undefined ? {} : { channels }),
    },
  }
}

export const tokenInfo = ({ createdAt, current, expiresAt, id, label, lastUsedAt, scope }: OwnToken) => ({
  id,
  label,
  ...written(scope),
  created_at: createdAt,
  expires_at: expiresAt,
  last_used_at: lastUsedAt,
  current,
})

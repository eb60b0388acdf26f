/** What somebody can show who wants in, from nothing to what is right. */
import * as Effect from "effect/Effect"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { operationNames, type OperationName, type Scope } from "../../src/domain/Scope.ts"
import type { User } from "../../src/domain/User.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import { type Settings, TestServer } from "../../src/testing/TestServer.ts"

export const kinds = ["a session's token", "an API key", "an access token", "an access token of an API key"] as const
export type Kind = (typeof kinds)[number]

/** `too little`: for everything but what is asked. */
export const standings = ["none", "wrong", "expired", "revoked", "too little", "right"] as const
export type Standing = (typeof standings)[number]

/** That of a session has no scope: it is for all that its owner may. */
export const canBeLimited = (kind: Kind): boolean => kind === "an API key" || kind === "an access token of an API key"

/** One that stands on another, which is kept. */
export const isSigned = (kind: Kind): boolean => kind.startsWith("an access token")

const withOtherEnd = (token: string): string => {
  const at = token.length - 6
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1)
}

const scopeOf = (asked: ReadonlyArray<OperationName>, standing: Standing): Scope => ({
  operations: standing === "too little" ? operationNames.filter((name) => !asked.includes(name)) : asked,
})

/** The service in which they are shown. */
export const settings: Settings = {
  hub: { publishing: undefined },
  accessTokens: { lifetime: Duration.minutes(1) },
  webhooks: { allow: Result.getOrThrow(TrustedNetworks.parse("127.0.0.0/8")) },
}

/** What the user shows for these operations; undefined for nothing. Time passes until it has expired. */
export const credential = Effect.fnUntraced(function* (
  user: User,
  kind: Kind,
  standing: Standing,
  asked: ReadonlyArray<OperationName>,
) {
  if (standing === "none") return undefined
  const { accessTokens, accounts } = yield* TestServer
  const scope = canBeLimited(kind) ? scopeOf(asked, standing) : undefined
  // A signed one ends before what it stands on.
  const lifetime = isSigned(kind) ? Duration.hours(1) : Duration.minutes(1)
  const base = canBeLimited(kind)
    ? yield* accounts.createToken(user.name, { scope, lifetime })
    : yield* accounts.issueToken(user, { lifetime })
  const shown = isSigned(kind) ? (yield* accessTokens.issue({ user, tokenId: base.id, scope })).token : base.token
  if (standing === "wrong") return withOtherEnd(Redacted.value(shown))
  if (standing === "expired") yield* TestClock.adjust("61 seconds")
  if (standing === "revoked") yield* accounts.revokeToken(base.id)
  return Redacted.value(shown)
})
